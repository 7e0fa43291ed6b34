import { Command_CommandExecutionBehavior } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { fieldsOf, lastOfEach, warnUnknown } from "../field.ts";
import { nameBefore } from "../key_name.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";
import { artifactsInstruction } from "./artifacts_instruction.ts";
import { cacheInstruction } from "./cache_instruction.ts";
import { fileInstruction } from "./file_instruction.ts";
import type { InstructionKind } from "./instruction.ts";
import type { PlacedCommand } from "./placed_command.ts";
import { backgroundScriptInstruction, scriptInstruction } from "./script_instruction.ts";
import { readUploadCaches, UPLOAD_CACHES } from "./upload_caches.ts";

/** The kinds of instructions of a task, in the order in which a key is compared with them. */
export const instructionKinds: readonly InstructionKind[] = [
  backgroundScriptInstruction,
  scriptInstruction,
  cacheInstruction,
  artifactsInstruction,
  fileInstruction,
];

interface Group {
  readonly behaviour: Command_CommandExecutionBehavior;
  readonly doc: string;
}

/** Maps of instructions that run depending on how the task goes. */
export const groups: Readonly<Record<string, Group>> = {
  on_success: {
    behaviour: Command_CommandExecutionBehavior.ON_SUCCESS,
    doc: "Instructions that run as long as nothing has failed",
  },
  on_failure: {
    behaviour: Command_CommandExecutionBehavior.ON_FAILURE,
    doc: "Instructions that run once something has failed",
  },
  on_timeout: {
    behaviour: Command_CommandExecutionBehavior.ON_TIMEOUT,
    doc: "Instructions that run once the task has run out of time",
  },
  always: {
    behaviour: Command_CommandExecutionBehavior.ALWAYS,
    doc: "Instructions that run in any case",
  },
};

/** Whether a key may stand in one map several times, each time with effect. */
export function isRepeatable(key: string): boolean {
  return key === UPLOAD_CACHES || Object.hasOwn(groups, key);
}

/** What instructions are read with. */
export interface CommandContext {
  /** The commands of the task so far; what is read is appended. */
  readonly commands: PlacedCommand[];
  readonly kinds: readonly InstructionKind[];
  readonly scope: Scope;
}

/**
 * Reads the instruction or group of instructions under a key and appends its commands. False when the key is neither.
 *
 * @throws {Problem} when the node is no instruction of the kind that its key says.
 */
export function readCommands(node: Node, context: CommandContext): boolean {
  const group = Object.hasOwn(groups, node.name) ? groups[node.name] : undefined;
  if (group) readGroup(node, group, context);
  return group !== undefined || readInstruction(node, context, Command_CommandExecutionBehavior.ON_SUCCESS);
}

function readGroup(node: Node, { behaviour }: Group, { commands, scope }: CommandContext): void {
  const what = `"${node.name}"`;
  for (const child of lastOfEach(fieldsOf(node, scope, what), isRepeatable)) {
    scope.problems.attempt(() => {
      if (readInstruction(child, { commands, kinds: instructionKinds, scope }, behaviour)) return;
      warnUnknown(child, { known: instructionKeysLike(child.name), scope, what });
    });
  }
}

function readInstruction(
  node: Node,
  { commands, kinds, scope }: CommandContext,
  executionBehaviour: Command_CommandExecutionBehavior,
): boolean {
  if (node.name === UPLOAD_CACHES) {
    const uploads = readUploadCaches(node, commands, scope);
    for (const upload of uploads) commands.push({ command: { ...upload, executionBehaviour }, at: node.at });
    return true;
  }
  for (const kind of kinds) {
    const name = nameBefore(node.name, kind.suffix, kind.nameWhenBare);
    if (name === undefined) continue;
    commands.push({ command: { ...kind.read(node, name, scope), executionBehaviour }, at: node.at });
    return true;
  }
  return false;
}

/** Keys of instructions that a misspelt key may have been meant to be: the same prefix, each suffix. */
export function instructionKeysLike(key: string): string[] {
  const prefix = key.slice(0, key.lastIndexOf("_") + 1);
  return [...instructionKinds.map(({ suffix }) => prefix + suffix), UPLOAD_CACHES];
}
