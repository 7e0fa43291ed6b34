import { resolve } from "node:path";
import {
  createFileRegistry,
  createRegistry,
  type DescMessage,
  fromBinary,
  type Registry,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_cirrus_ci_service } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { ValidateFlags } from "./validate_flags.ts";

/**
 * The messages of `--additional-instance` by their keys; they are in the file of `--descriptor-set`, or without it among
 * those that this program knows. Throws a `UsageError` for what cannot be read or is not there.
 */
export async function readAdditionalInstances(
  { additionalInstance = [], descriptorSet }: ValidateFlags,
  { workingDirectory }: Pick<Io, "workingDirectory">,
): Promise<Map<string, DescMessage>> {
  if (descriptorSet !== undefined && additionalInstance.length === 0) {
    throw new UsageError("--descriptor-set says nothing without --additional-instance: add NAME:MESSAGE");
  }
  if (additionalInstance.length === 0) return new Map();
  const registry = descriptorSet === undefined
    ? createRegistry(file_cirrus_ci_service)
    : await readDescriptorSet(descriptorSet, workingDirectory);
  return new Map(additionalInstance.map(([name, message]) => [name, findMessage(message, registry)]));
}

async function readDescriptorSet(path: string, workingDirectory: string): Promise<Registry> {
  try {
    const bytes = await Deno.readFile(resolve(workingDirectory, path));
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  } catch (error) {
    throw new UsageError(
      `Cannot read ${path}: ${
        errorMessage(error)
      }; write it by "protoc --include_imports --descriptor_set_out"`,
      { cause: error },
    );
  }
}

function findMessage(name: string, registry: Registry): DescMessage {
  const message = registry.getMessage(name);
  if (message) return message;
  const known = [...registry].flatMap((type) => type.kind === "message" ? [type.typeName] : []);
  const meant = nearest(name, known);
  throw new UsageError(
    `There is no message ${name}: ${
      meant === undefined ? "name one of the descriptor set" : `did you mean ${meant}?`
    }`,
  );
}
