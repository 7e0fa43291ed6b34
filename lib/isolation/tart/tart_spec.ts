import { resolve } from "node:path";
import type { Isolation_Tart, Isolation_Tart_Volume } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { type SharedFolder, sharedPath } from "../vm/shared_folder.ts";
import { imageOf, loginOf, sizeSettings, type VmSpec } from "../vm/vm_spec.ts";
import type { TartOptions } from "./tart_options.ts";

/** What every VM is run with: no window, no devices of the host, no waiting for a disk that is thrown away. */
const RUN = ["--no-graphics", "--no-clipboard", "--no-audio", "--root-disk-opts", "sync=none"];

/** What the guest calls the project that is mounted. */
const PROJECT: Pick<SharedFolder, "name"> = { name: "cirrus-project" };

/** Where a guest finds the project that is mounted. */
export const PROJECT_PATH = sharedPath(PROJECT);

/**
 * How `tart` is to be called for a task. Throws an error that says what of it is of no use, such as a volume.
 * `mount_temporary_working_directory_from_host` has no effect, as with the Go worker since it met with
 * https://github.com/cirruslabs/tart/issues/567.
 */
export function tartSpec(message: Isolation_Tart, options: TartOptions): VmSpec {
  const { project } = options;
  const sharedFolders = message.volumes.map(sharedFolder);
  if (project !== undefined) {
    sharedFolders.push({ ...PROJECT, source: project, readOnly: false, cleanup: false });
  }
  requireUniqueNames(sharedFolders);
  return {
    image: imageOf(message),
    login: loginOf(message),
    settings: [
      ["--random-mac"],
      ...sizeSettings(message),
      ...message.display === "" ? [] : [["--display", message.display]],
    ],
    runArguments: [
      ...RUN,
      ...softnetArguments(message, options),
      ...message.nested ? ["--nested"] : [],
      ...sharedFolders.flatMap((folder) => ["--dir", dirValue(folder)]),
    ],
    sharedFolders,
    syncTime: message.syncTimeOverSsh,
    logConsole: false,
  };
}

function softnetArguments({ softnet }: Isolation_Tart, { softnetAllow = [] }: TartOptions): string[] {
  if (!softnet) return [];
  return [
    "--net-softnet",
    ...softnetAllow.length === 0 ? [] : ["--net-softnet-allow", softnetAllow.join(",")],
  ];
}

function sharedFolder(volume: Isolation_Tart_Volume, index: number): SharedFolder {
  const { source, target, readOnly, cleanup } = volume;
  const name = volume.name || `volume-${index + 1}`;
  const wrong = (problem: string) =>
    new Error(
      `Could not use the volume ${JSON.stringify(name)} of a tart VM: ${problem}; correct it in the task`,
    );
  if (source === "") throw wrong("it has no source");
  // Tart takes NAME:PATH[:OPTIONS], and has no way to quote.
  if (/[:/\0]/.test(name)) throw wrong("its name has a colon or a slash");
  if (source.includes(":")) throw wrong(`its source ${source} has a colon`);
  return { name, source: resolve(source), readOnly, cleanup, ...target !== "" && { target } };
}

function requireUniqueNames(folders: readonly SharedFolder[]): void {
  const names = folders.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new Error(
    `Could not use the volumes of a tart VM: two have the name ${JSON.stringify(twice)}; give each its own`,
  );
}

function dirValue({ name, source, readOnly }: SharedFolder): string {
  return `${name}:${source}${readOnly ? ":ro" : ""}`;
}
