import type { Command } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { JsonSchema } from "../json_schema.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";

/** A kind of instruction, told by how its key ends. */
export interface InstructionKind {
  readonly suffix: string;
  /** The command's name when the key is nothing but the suffix. */
  readonly nameWhenBare: string;
  /** One sentence for the person who writes the file. */
  readonly doc: string;
  readonly schema: JsonSchema;
  /** @throws {Problem} when the node is no such instruction. */
  read(node: Node, name: string, scope: Scope): Command;
}
