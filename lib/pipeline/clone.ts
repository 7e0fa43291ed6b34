import { create } from "@bufbuild/protobuf";
import { type Command, CommandSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

const CLONE = "clone";
const IMAGE = "image";

/**
 * The commands with the one that clones the repository before them, unless one of them bears its name and so takes
 * its place. In a pipe it runs in the image of the step that it comes before.
 */
export function withClone(commands: readonly Command[], inPipe: boolean): Command[] {
  if (commands.some(({ name }) => name === CLONE)) return [...commands];
  const clone = create(CommandSchema, { name: CLONE, instruction: { case: "cloneInstruction", value: {} } });
  const [first, ...others] = commands;
  if (!inPipe || !first) return [clone, ...commands];
  const { [IMAGE]: image, ...properties } = first.properties;
  if (image !== undefined) clone.properties[IMAGE] = image;
  return [clone, { ...first, properties }, ...others];
}
