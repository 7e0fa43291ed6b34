import { fieldsOf, lastOfEach, warnUnknown } from "../field.ts";
import { text } from "../field_types.ts";
import {
  instructionKeysLike,
  instructionKinds,
  isRepeatable,
  readCommands,
} from "../instruction/commands.ts";
import { groupProperties, instructionPatterns } from "../instruction/schema.ts";
import type { PlacedCommand } from "../instruction/placed_command.ts";
import { backgroundScriptInstruction } from "../instruction/script_instruction.ts";
import { described, type JsonSchema, matrixSchema, requiring } from "../json_schema.ts";
import type { Node } from "../node.ts";
import { Problem } from "../problem.ts";
import type { Scope } from "../scope.ts";

const IMAGE = "image";

/** A step's own scripts all run in the foreground: the step is over when they are. */
const kinds = instructionKinds.filter((kind) => kind !== backgroundScriptInstruction);

/** The JSON Schema of a step. */
export const pipeStepSchema: JsonSchema = {
  type: "object",
  properties: {
    [IMAGE]: described(text.schema, "Image that the step runs in"),
    ...groupProperties(),
    matrix: matrixSchema,
  },
  patternProperties: instructionPatterns(kinds),
  ...requiring([IMAGE]),
};

/**
 * Reads one step of a pipe and appends its commands; the first of them says which image the step runs in.
 *
 * @throws {Problem} when it has no image or no instruction.
 */
export function readPipeStep(step: Node, commands: PlacedCommand[], scope: Scope): void {
  const what = "a step of a pipe";
  const first = commands.length;
  const before = scope.problems.errors;
  let image: string | undefined;
  for (const child of lastOfEach(fieldsOf(step, scope, what), isRepeatable)) {
    scope.problems.attempt(() => {
      if (child.name === IMAGE) image = text.read(child, scope);
      else if (!readCommands(child, { commands, kinds, scope })) {
        warnUnknown(child, { known: [IMAGE, ...instructionKeysLike(child.name)], scope, what });
      }
    });
  }
  if (scope.problems.errors > before) return;
  if (image === undefined) throw new Problem(`Reading ${what}: it needs "image"`, step.at);
  const command = commands[first]?.command;
  if (!command) {
    throw new Problem(`Reading ${what}: it needs an instruction, such as "build_script"`, step.at);
  }
  command.properties[IMAGE] = image;
}
