/** A platform that we make an executable for. */
export interface Target {
  /** As releases name it, in Go's spelling of operating systems and architectures. */
  readonly name: string;
  /** As `deno compile --target` names it. */
  readonly triple: string;
  /** The executable's file name. */
  readonly executable: string;
  /** What the executable is packed in. */
  readonly archive: "tar.gz" | "zip";
  /** Debian's name of the architecture, for a target that gets a package. */
  readonly debian?: "amd64" | "arm64";
}

/** Every platform of a release. */
export const TARGETS: readonly Target[] = [
  { ...unix("linux-amd64", "x86_64-unknown-linux-gnu"), debian: "amd64" },
  { ...unix("linux-arm64", "aarch64-unknown-linux-gnu"), debian: "arm64" },
  unix("darwin-amd64", "x86_64-apple-darwin"),
  unix("darwin-arm64", "aarch64-apple-darwin"),
  {
    name: "windows-amd64",
    triple: "x86_64-pc-windows-msvc",
    executable: "cirrus-windows-amd64.exe",
    archive: "zip",
  },
];

function unix(name: string, triple: string): Target {
  return { name, triple, executable: `cirrus-${name}`, archive: "tar.gz" };
}

/** The targets of these names, in this order. Throws an error that lists the known ones at an unknown name. */
export function targetsNamed(names: readonly string[]): readonly Target[] {
  return names.map((name) => {
    const target = TARGETS.find((target) => target.name === name);
    if (target) return target;
    throw new Error(`Unknown target ${name}; known are ${TARGETS.map((target) => target.name).join(", ")}`);
  });
}

/** The target that this machine runs. Throws where a release has none for it. */
export function hostTarget(): Target {
  const target = TARGETS.find((target) => target.triple === Deno.build.target);
  if (target) return target;
  throw new Error(
    `Cannot compile for this machine's ${Deno.build.target}; name one of ${
      TARGETS.map((target) => target.name).join(", ")
    }`,
  );
}
