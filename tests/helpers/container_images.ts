import { dirname, join } from "node:path";
import type { EngineName } from "../../lib/machine/container/engine_name.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { temporaryDirectory } from "./temporary_directory.ts";
import { debianRoot, MUSL, muslShell } from "./userlands.ts";

/** What an image is made of. */
export interface ImageContent {
  /**
   * `busybox`: that with all its applets, as `/bin/sh` too. `musl`: the same with a shell that is linked with musl.
   * `debian`: Debian's smallest root. A list: these programs of the host with their libraries,
   * the first of them also as `/bin/sh`. Nothing: files only.
   */
  readonly programs: "busybox" | "musl" | "debian" | readonly string[];
  /** Instructions of a Dockerfile: `USER 1000`, `ENTRYPOINT ["false"]`... */
  readonly changes?: readonly string[];
}

/** Every test file has its own names, so that none removes another one's. */
const PREFIX = `local/cirrus-test-${crypto.randomUUID().slice(0, 8)}`;
const made = new Map<string, Promise<string>>();

/** The name of an image of that content, which is made when it is asked for first. */
export function containerImage(engine: EngineName, content: ImageContent): Promise<string> {
  const key = JSON.stringify([engine, content]);
  let image = made.get(key);
  if (!image) made.set(key, image = make(engine, content, `${PREFIX}:${made.size}`));
  return image;
}

/** Removes all images of this file; call it after its last test. */
export async function removeContainerImages(): Promise<void> {
  for (const [key, image] of made) {
    const [engine] = JSON.parse(key);
    await runCommand([engine, "rmi", "--force", await image, `${await image}-base`], { anyStatus: true });
  }
  made.clear();
}

async function make(
  engine: EngineName,
  { programs, changes = [] }: ImageContent,
  name: string,
): Promise<string> {
  await using folder = await temporaryDirectory();
  const tar = await makeRoot(folder.path, programs);
  if (changes.some((change) => change.startsWith("HEALTHCHECK"))) {
    // Podman keeps it only in images of Docker's own format, which its import does not make.
    await runCommand([engine, "import", tar, `${name}-base`]);
    await Deno.writeTextFile(join(folder.path, "Dockerfile"), [`FROM ${name}-base`, ...changes].join("\n"));
    const format = engine === "podman" ? ["--format", "docker"] : [];
    await runCommand([engine, "build", ...format, "--tag", name, folder.path]);
    return name;
  }
  const flags = changes.flatMap((change) => ["--change", change]);
  await runCommand([engine, "import", ...flags, tar, name]);
  return name;
}

/** A tar of an image's files, in an existing folder; its path. */
export async function makeRoot(folder: string, programs: ImageContent["programs"]): Promise<string> {
  const root = join(folder, "root");
  await Deno.mkdir(root);
  if (programs === "debian") await runCommand(["tar", "-x", "-C", root, "-f", await debianRoot()]);
  for (const path of ["bin", "etc", "tmp", "home/user"]) {
    await Deno.mkdir(join(root, path), { recursive: true });
  }
  await Deno.chmod(join(root, "tmp"), 0o1777);
  await Deno.writeTextFile(
    join(root, "etc", "passwd"),
    "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n",
  );
  await addProgramsTo(root, programs);
  const tar = join(folder, "root.tar");
  await runCommand(["tar", "-c", "--numeric-owner", "-C", root, "-f", tar, "."]);
  return tar;
}

async function addProgramsTo(root: string, programs: ImageContent["programs"]): Promise<void> {
  switch (programs) {
    case "debian":
      return;
    case "busybox":
      return await addBusybox(root);
    case "musl":
      await addBusybox(root);
      return await addMuslShell(root);
    default:
      return await addPrograms(root, programs);
  }
}

async function addMuslShell(root: string): Promise<void> {
  await Deno.mkdir(join(root, "lib"));
  await Deno.copyFile(MUSL, join(root, MUSL));
  await Deno.remove(join(root, "bin", "sh"));
  await Deno.copyFile(await muslShell(), join(root, "bin", "sh"));
}

async function addBusybox(root: string): Promise<void> {
  await Deno.copyFile("/bin/busybox", join(root, "bin", "busybox"));
  const { stdout } = await runCommand(["/bin/busybox", "--list"]);
  for (const applet of new TextDecoder().decode(stdout).trim().split("\n")) {
    if (applet !== "busybox") await Deno.symlink("busybox", join(root, "bin", applet));
  }
}

async function addPrograms(root: string, programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    const { stdout } = await runCommand(["/bin/sh", "-c", 'command -v "$1"', "sh", program]);
    const path = new TextDecoder().decode(stdout).trim();
    await Deno.copyFile(path, join(root, "bin", program));
    const { stdout: listed } = await runCommand(["ldd", path]);
    for (const [library] of new TextDecoder().decode(listed).matchAll(/\/\S+/g)) {
      await Deno.mkdir(dirname(join(root, library)), { recursive: true });
      await Deno.copyFile(library, join(root, library));
    }
  }
  const [shell] = programs;
  if (shell !== undefined) await Deno.symlink(shell, join(root, "bin", "sh"));
}
