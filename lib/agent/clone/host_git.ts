import { toolStream } from "../../process/tool_stream.ts";
import { runCommand } from "../../process/run_command.ts";
import { ToolError } from "../../process/tool_error.ts";
import { GitMissing } from "./git_missing.ts";
import type { Credentials, UrlKind } from "./repository_url.ts";

/** No command of git's takes longer than this; the task's own time limit mostly ends it before. */
const TIMEOUT_MS = 2 * 60 * 60 * 1000;

/** What git gets of the worker's environment: how to find programs, and the way out of this host. */
const PASSED_ON = [
  ...["PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "USER", "LOGNAME"],
  ...["SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"],
  ...["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"],
];

/** Faults of old commits that harm nobody: whole projects could not be cloned for them. */
const HARMLESS = [
  ...["zeroPaddedFilemode", "badTimezone", "badDate", "badDateOverflow", "zeroPaddedDate"],
  ...[
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingNameBeforeEmail",
    "missingEmail",
    "badEmail",
  ],
  ...["badName", "missingTaggerEntry", "badTagName", "extraHeaderEntry"],
];

type Setting = readonly [key: string, value: string];

const SETTINGS: readonly Setting[] = [
  ["transfer.fsckObjects", "true"],
  ...HARMLESS.map((fault): Setting => [`fetch.fsck.${fault}`, "ignore"]),
  ["protocol.allow", "never"],
  // A connection that carries less than 1 kB a second for a minute is dead.
  ["http.lowSpeedLimit", "1000"],
  ["http.lowSpeedTime", "60"],
  // One pack for each fetch: thousands of loose objects are slow to deliver.
  ["fetch.unpackLimit", "1"],
  ["gc.autoDetach", "false"],
  ["init.defaultBranch", "main"],
  // As a checkout makes them under the usual umask.
  ["tar.umask", "0022"],
];

export interface HostGitOptions {
  /** The kinds of URL that may be used. */
  readonly kinds: readonly UrlKind[];
  readonly credentials?: Credentials | undefined;
  readonly signal: AbortSignal;
}

/**
 * git on the worker's host, with no configuration but ours. All of that, credentials too, reaches git by its
 * environment: nothing is on a command line, where others on the host could read it. It stays the worker's own
 * user's also under `--user`, so that no task can read the credentials or write to a mirror that others clone from.
 */
export class HostGit {
  readonly #options: HostGitOptions;
  readonly #environment: ReadonlyMap<string, string>;

  constructor(options: HostGitOptions) {
    const { kinds, credentials } = options;
    this.#options = options;
    this.#environment = environment([
      ...SETTINGS,
      ...kinds.map((kind): Setting => [`protocol.${kind}.allow`, "always"]),
      ...credentials
        ? [
          [`http.${credentials.origin}/.extraHeader`, `Authorization: ${credentials.authorization}`] as const,
        ]
        : [],
    ]);
  }

  /** The same git for other URLs. */
  with(changed: Partial<Pick<HostGitOptions, "kinds" | "credentials">>): HostGit {
    return new HostGit({ ...this.#options, ...changed });
  }

  /** Runs git in a repository (a bare one, or `.git`); resolves with what it prints. Rejects as `runCommand` does. */
  async run(
    repository: string,
    args: readonly string[],
    options: { stdin?: Uint8Array } = {},
  ): Promise<string> {
    try {
      const { stdout } = await runCommand(["git", "--git-dir", repository, ...args], {
        ...options,
        environment: this.#environment,
        signal: this.#options.signal,
        timeoutMs: TIMEOUT_MS,
        maxOutputBytes: 1024 * 1024 * 1024,
        ownUser: true,
      });
      return new TextDecoder().decode(stdout);
    } catch (error) {
      throw GitMissing.of(error) ?? error;
    }
  }

  /** Whether git says yes by ending with 0. */
  async succeeds(repository: string, args: readonly string[]): Promise<boolean> {
    try {
      await this.run(repository, args);
      return true;
    } catch (error) {
      if (error instanceof ToolError) return false;
      throw error;
    }
  }

  /** What git prints, as a stream that fails when git does. */
  stream(
    repository: string,
    args: readonly string[],
    options: { signal: AbortSignal },
  ): ReadableStream<Uint8Array> {
    const signal = AbortSignal.any([this.#options.signal, options.signal]);
    return toolStream(["git", "--git-dir", repository, ...args], {
      environment: this.#environment,
      signal,
      ownUser: true,
    });
  }
}

function environment(settings: readonly Setting[]): ReadonlyMap<string, string> {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  // A git that is built with GnuTLS looks at no other variable than its own.
  const authorities = Deno.env.get("SSL_CERT_FILE");
  return new Map([
    ...authorities ? [["GIT_SSL_CAINFO", authorities] as const] : [],
    ...passedOn,
    // Messages are compared.
    ["LC_ALL", "C"],
    // No passwords of the worker's user (.netrc) for a repository that a task names.
    ["HOME", "/dev/null"],
    ["GIT_CONFIG_NOSYSTEM", "1"],
    ["GIT_CONFIG_GLOBAL", "/dev/null"],
    ["GIT_ATTR_NOSYSTEM", "1"],
    ["GIT_TERMINAL_PROMPT", "0"],
    ["GIT_SSH_COMMAND", "ssh -oBatchMode=yes"],
    ["GIT_CONFIG_COUNT", String(settings.length)],
    ...settings.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key] as const,
      [`GIT_CONFIG_VALUE_${index}`, value] as const,
    ]),
  ]);
}
