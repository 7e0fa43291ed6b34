import { dirname, join } from "node:path";
import type { BuildIdentity } from "./build_identity.ts";
import { MAINTAINER_SCRIPTS } from "./maintainer_scripts.ts";
import { runProgram } from "./run_program.ts";
import { systemdUnits } from "./systemd_units.ts";

/** What a Debian package holds. */
export interface DebianPackageOptions {
  /** Path of the executable. */
  readonly executable: string;
  /** Debian's name of its architecture. */
  readonly architecture: "amd64" | "arm64";
  readonly identity: BuildIdentity;
  /** The texts of `/usr/share/doc/cirrus/`, by file name. */
  readonly documents: Readonly<Record<string, string>>;
  /** The texts of `/etc/cirrus/`, by file name: `worker.yml` and `controller.yml` are among them. */
  readonly configuration: Readonly<Record<string, string>>;
  /** The script of bash's completion. */
  readonly completion: string;
  /** Where the package is written. */
  readonly directory: string;
}

/** Makes a Debian package and resolves with its path. The same options make the same bytes. */
export async function makeDebianPackage(options: DebianPackageOptions): Promise<string> {
  const { executable, architecture, identity: { version, date }, directory } = options;
  const root = await Deno.makeTempDir({ prefix: "cirrus-deb-" });
  try {
    // dpkg wants folders that everybody can enter.
    await Deno.chmod(root, 0o755);
    await write(root, "usr/bin/cirrus", await Deno.readFile(executable), 0o755);
    for (const [path, text] of texts(options)) await write(root, path, new TextEncoder().encode(text), 0o644);
    for (const [name, script] of Object.entries(MAINTAINER_SCRIPTS)) {
      await write(root, `DEBIAN/${name}`, new TextEncoder().encode(script), 0o755);
    }
    const archive = join(directory, `cirrus_${version}_${architecture}.deb`);
    await runProgram("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z6", "--build", root, archive], {
      env: { SOURCE_DATE_EPOCH: String(date.getTime() / 1000) },
    });
    return archive;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function texts(options: DebianPackageOptions): readonly (readonly [path: string, text: string])[] {
  const { configuration, documents, completion } = options;
  const inFolder = (folder: string, files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text] as const);
  return [
    ...inFolder("etc/cirrus", configuration),
    ...inFolder("usr/share/doc/cirrus", documents),
    ...inFolder("lib/systemd/system", systemdUnits()),
    ["usr/share/bash-completion/completions/cirrus", completion],
    ["DEBIAN/control", control(options)],
    ["DEBIAN/conffiles", Object.keys(configuration).map((name) => `/etc/cirrus/${name}\n`).join("")],
  ];
}

/** Source: Debian Policy, chapter 5. */
function control({ architecture, identity: { version } }: DebianPackageOptions): string {
  return [
    "Package: cirrus",
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: The developers of cirrus <cirrus@localhost>",
    "Section: devel",
    "Priority: optional",
    "Depends: libc6, adduser",
    "Recommends: git, ca-certificates",
    "Suggests: docker.io | podman",
    "Description: run Cirrus CI tasks on your own machines",
    " The persistent worker that polls a coordinator for the tasks of .cirrus.yml and runs",
    " them on the host, in containers or in virtual machines, and the coordinator itself.",
    "",
  ].join("\n");
}

async function write(root: string, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = join(root, path);
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await Deno.writeFile(file, bytes);
  await Deno.chmod(file, mode);
}
