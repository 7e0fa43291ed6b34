import type { Platform } from "../machine.ts";
import { runRemoteTool } from "./remote_tool.ts";
import type { Sessions } from "./sessions.ts";

/** What a VM says of itself. */
export interface GuestFacts {
  readonly platform: Platform;
  /** What the user's shell has in its environment once it logged in. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Go's names for what `uname -m` prints. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  amd64: "amd64",
  aarch64: "arm64",
  arm64: "arm64",
  armv7l: "arm",
  armv6l: "arm",
  i686: "386",
  i386: "386",
};

/** Of one shell, of ours, or of this connection: where it sees the latter, bash reads `.bashrc` for a script. */
const OWN_VARIABLES = [
  ...["_", "SHLVL", "PWD", "OLDPWD", "CIRRUS_SCRIPT", "CIRRUS_TOKEN"],
  ...["SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY"],
];

/** Prints the environment with NUL behind each variable, between two lines with `$1`. */
const PRINT_ENVIRONMENT = 'echo "<<$1>>"; cat /proc/self/environ 2>/dev/null || env -0 2>/dev/null || ' +
  `perl -e "print \\"\\$_=\\$ENV{\\$_}\\0\\" for keys %ENV"; echo; echo "<<end $1>>"`;

/**
 * `$1`: a token; `$2`: PRINT_ENVIRONMENT. The user's shell as sshd started it, then as a login shell, which reads
 * the profile and has nobody to ask. csh knows no such login shell and prints nothing.
 */
const PROBE = 'uname -sm; /bin/sh -c "$2" sh "$1"; export CIRRUS_SCRIPT="$2" CIRRUS_TOKEN="$1"; ' +
  `"\${SHELL:-/bin/sh}" -l -c 'exec /bin/sh -c "$CIRRUS_SCRIPT" sh "$CIRRUS_TOKEN"' </dev/null 2>/dev/null; exit 0`;

/** Asks a VM for its platform and for the environment of its user. Rejects with an `Error` for a Windows guest. */
export async function probe(
  sessions: Sessions,
  options: { signal: AbortSignal; lost: AbortSignal },
): Promise<GuestFacts> {
  const token = crypto.randomUUID();
  const call = { name: "uname", script: PROBE, args: [token, PRINT_ENVIRONMENT] };
  const { profileMs } = sessions.bounds;
  const late = AbortSignal.timeout(profileMs);
  const signal = AbortSignal.any([options.signal, late]);
  let printed: string;
  try {
    printed = await runRemoteTool(sessions, call, { inherit: true, lost: options.lost, signal });
  } catch (error) {
    if (error !== late.reason) throw error;
    throw new Error(
      `Reading the login profile (.profile, .zprofile) of the VM's user: not done within ${
        profileMs / 1000
      } s; ` +
        "look what it waits for",
      { cause: error },
    );
  }
  return {
    platform: platformOf(printed.split("\n", 1)[0] ?? ""),
    environment: environmentOf(printed, token),
  };
}

function platformOf(uname: string): Platform {
  const [system = "", machine = ""] = uname.split(" ");
  if (/^(MINGW|MSYS|CYGWIN|Windows)/i.test(system)) {
    throw new Error(
      `The VM runs Windows (${system}), which is not supported; take an image of Linux or macOS`,
    );
  }
  return { os: system.toLowerCase(), arch: ARCHITECTURES[machine] ?? machine };
}

/** The last whole list: that of the login shell where there is one. */
function environmentOf(printed: string, token: string): ReadonlyMap<string, string> {
  const lists = printed.split(`<<${token}>>\n`).slice(1).flatMap((rest) => {
    const end = rest.indexOf(`\n<<end ${token}>>`);
    return end < 0 ? [] : [rest.slice(0, end)];
  });
  const variables = (lists.at(-1) ?? "").split("\0").filter((entry) => entry.includes("="));
  return new Map(
    variables.map((entry): [string, string] => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }).filter(([name]) => !OWN_VARIABLES.includes(name)),
  );
}
