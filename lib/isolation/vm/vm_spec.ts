import type { SharedFolder } from "./shared_folder.ts";

/** One VM that a task asks for, in terms of how its program is called. */
export interface VmSpec {
  readonly image: string;
  readonly login: VmLogin;
  /** The options of each call of `set`, in order. */
  readonly settings: readonly (readonly string[])[];
  /** What `run` gets before the name. */
  readonly runArguments: readonly string[];
  readonly sharedFolders: readonly SharedFolder[];
  /** True sets the guest's clock before anything else is done there. */
  readonly syncTime: boolean;
  /** True passes what the guest's console shows on to the log. */
  readonly logConsole: boolean;
}

/** Who logs in over SSH. */
export interface VmLogin {
  readonly user: string;
  readonly password: string;
  readonly port: number;
}

/** SSH's own port, for messages that name none. */
const SSH_PORT = 22;

/** What the messages of all VMs have in common. */
export interface VmMessage {
  readonly image: string;
  readonly user: string;
  readonly password: string;
  readonly port: number;
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** GB. */
  readonly diskSize: number;
}

/** Throws where there is none. */
export function imageOf({ image }: VmMessage): string {
  if (image !== "") return image;
  throw new Error("Could not make a VM: the task's isolation names no image; name one");
}

export function loginOf({ user, password, port }: VmMessage): VmLogin {
  return { user, password, port: port || SSH_PORT };
}

/** A call of `set` for each size that is asked for; 0 leaves what the image has. */
export function sizeSettings({ cpu, memory, diskSize }: VmMessage): string[][] {
  const sizes: [string, number][] = [["--cpu", cpu], ["--memory", memory], ["--disk-size", diskSize]];
  return sizes.flatMap(([option, size]) => size === 0 ? [] : [[option, String(size)]]);
}
