import { ToolError } from "../../process/tool_error.ts";

/** Why git could not fetch. */
export type FetchFailure =
  /** Worth another try. */
  | "network"
  /** The origin does not have that ref. */
  | "missing ref"
  /** The origin does not have, or does not give, that commit. */
  | "missing commit"
  /** The origin wants to know who asks, or does not like who does. */
  | "credentials"
  /** Nobody whom we trust says that the origin is who it says. */
  | "certificate"
  /** An object breaks git's rules: it could do harm where it is checked out. */
  | "bad object"
  | "other";

/** git's own words, by which alone these can be told apart. The first that fits decides. */
const WORDS: readonly (readonly [FetchFailure, RegExp])[] = [
  ["missing ref", /couldn't find remote ref/i],
  ["missing commit", /not our ref|unadvertised object/i],
  [
    "credentials",
    /could not read (Username|Password)|Authentication failed|returned error: 40[13]|Permission denied/,
  ],
  ["certificate", /certificate verification failed|SSL certificate problem|SSL: no alternative certificate/i],
  ["bad object", /fsck error/],
  ["network", /returned error: (5\d\d|429|408)/],
  [
    "network",
    /Could not resolve host|Failed to connect|Couldn't connect|Connection (refused|reset|timed out|closed)/i,
  ],
  ["network", /timed out|Operation too slow|early EOF|unexpected disconnect|hung up|Empty reply|RPC failed/i],
  ["network", /gnutls_|SSL_|TLS connection|transfer closed|Network is unreachable|No route to host/i],
];

/** What an error of `git fetch` means. */
export function fetchFailure(error: unknown): FetchFailure {
  const text = error instanceof ToolError ? error.details.stderr ?? "" : "";
  return WORDS.find(([, words]) => words.test(text))?.[0] ?? "other";
}
