import { Buffer } from "node:buffer";

/** The kinds of URL a repository can be fetched by. `ext` and the like would run programs on the worker's host. */
const KINDS = ["https", "http", "ssh", "git", "file"] as const;

export type UrlKind = typeof KINDS[number];

/** Where a repository is. Nothing secret is in `text`, so that git, logs and `.git/config` may have it. */
export interface RepositoryUrl {
  readonly text: string;
  readonly kind: UrlKind;
}

/** What to show to the servers of one origin (`https://host:port`), and to no other. */
export interface Credentials {
  readonly origin: string;
  /** The value of the header `Authorization`. */
  readonly authorization: string;
}

export interface RepositoryAccess {
  readonly url: RepositoryUrl;
  readonly credentials?: Credentials;
}

/**
 * Takes a clone URL apart: what it has of user and password, or `token`, goes by a header instead. Throws an
 * `Error`, without what may be secret, for what is no such URL.
 */
export function repositoryAccess(
  text: string,
  options: { token?: string | undefined } = {},
): RepositoryAccess {
  const url = parseRepositoryUrl(text);
  if (url.kind !== "https" && url.kind !== "http") return { url };
  const parsed = new URL(text);
  const user = options.token !== undefined
    ? `x-access-token:${options.token}`
    : `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  if (user === ":") return { url };
  const authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  return { url, credentials: { origin: parsed.origin, authorization } };
}

/** Reads the URL of a repository, user and password left out. Throws an `Error` for what is none. */
export function parseRepositoryUrl(text: string): RepositoryUrl {
  const kind = KINDS.find((kind) => text.toLowerCase().startsWith(`${kind}://`));
  if (kind && URL.canParse(text)) {
    const url = new URL(text);
    // The user of ssh is no secret, and nothing works without it.
    if (kind !== "ssh") url.username = "";
    url.password = "";
    return { text: url.href, kind };
  }
  // As scp writes it: `git@host:path`.
  if (/^([\w.-]+@)?[\w][\w.-]*:(?!:|\/\/)[^\s]+$/.test(text)) return { text, kind: "ssh" };
  throw new Error(
    `${JSON.stringify(withoutUser(text))} is no URL of a repository: write one that starts with ${
      KINDS.map((kind) => `${kind}://`).join(", ")
    }`,
  );
}

/**
 * The URL of a submodule as `.gitmodules` says it: one that starts with `./` or `../` is relative to its parent's,
 * see gitsubmodules(7).
 */
export function resolveSubmoduleUrl(text: string, parent: RepositoryUrl): RepositoryUrl {
  if (!/^\.\.?\//.test(text)) return parseRepositoryUrl(text);
  let base = parent.text.replace(/\/+$/, "");
  let rest = text;
  for (let step; (step = /^\.\.?\//.exec(rest)?.[0]); rest = rest.slice(step.length)) {
    if (step === "./") continue;
    const shorter = base.replace(/[/:][^/:]*$/, "");
    if (shorter === base || /^[a-z]+:\/*$/i.test(shorter)) {
      throw new Error(`The URL ${text} leads above ${parent.text}`);
    }
    base = shorter;
  }
  const separator = parent.text.includes("://") || base.includes(":") ? "/" : ":";
  return parseRepositoryUrl(`${base}${separator}${rest}`);
}

function withoutUser(text: string): string {
  return text.replace(/\/\/[^@/]*@/, "//");
}
