import type { Target } from "./targets.ts";

/** How the executable files of a target begin, and what stands for its processor in them. */
interface Format {
  readonly magic: readonly number[];
  /** The two bytes, little end first, at this offset say the processor. */
  readonly machineOffset: number;
  readonly machine: number;
}

const ELF = { magic: [0x7f, 0x45, 0x4c, 0x46], machineOffset: 18 };
const MACH_O = { magic: [0xcf, 0xfa, 0xed, 0xfe], machineOffset: 4 };

// Sources: elf(5) and elf.h's EM_ numbers; Apple's mach/machine.h; Microsoft's "PE Format".
const FORMATS: Readonly<Record<string, Format>> = {
  "linux-amd64": { ...ELF, machine: 62 },
  "linux-arm64": { ...ELF, machine: 183 },
  "darwin-amd64": { ...MACH_O, machine: 7 },
  "darwin-arm64": { ...MACH_O, machine: 12 },
  // A PE file says its processor behind an old header of any length.
  "windows-amd64": { magic: [0x4d, 0x5a], machineOffset: 0, machine: 0x5a4d },
};

/**
 * Checks that the file which `DENORT_BIN` names can be the base of an executable for this target: `deno compile`
 * takes any file for any target. Rejects with what to set instead.
 */
export async function checkRuntimeBase(path: string, target: Target): Promise<void> {
  const format = FORMATS[target.name];
  using file = await Deno.open(path).catch((cause: unknown) => {
    throw new Error(`Cannot read DENORT_BIN ${path}: set it to a runtime base for ${target.triple}`, {
      cause,
    });
  });
  const head = new Uint8Array(64);
  await file.read(head);
  const fits = format !== undefined && format.magic.every((byte, index) => head[index] === byte) &&
    new DataView(head.buffer).getUint16(format.machineOffset, true) === format.machine;
  if (!fits) {
    throw new Error(
      `DENORT_BIN ${path} is no runtime base for ${target.triple}: compile that target alone, with its own base`,
    );
  }
}
