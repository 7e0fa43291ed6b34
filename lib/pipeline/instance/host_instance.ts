import { type DescField, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { ContainerInstanceSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { readFields } from "../field.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";
import { HostMessage } from "./host_message.ts";
import type { Instance, InstanceMessage } from "./instance.ts";
import { isInheritable, messageFields } from "./message_fields.ts";

/** The fields of a host's message that may also stand in the task or at the root. */
export function inheritableNames(schema: DescMessage): string[] {
  return schema.fields.filter(isInheritable).map(({ name }) => name);
}

/** Reads an instance that the host supplies. */
export function readHostInstance(node: Node, scope: Scope, schema: DescMessage): Instance {
  const draft = readFields<ReflectMessage>(node, messageFields(schema), {
    draft: reflect(schema),
    scope,
    what: `"${node.name}"`,
  });
  const dockerfileAt = node.kind === "map"
    ? node.children.findLast(({ name }) => name === "dockerfile")?.at
    : undefined;
  return { message: messageOf(draft), at: node.at, dockerfileAt, variables: variablesOf(draft) };
}

function messageOf(draft: ReflectMessage): InstanceMessage | HostMessage {
  const { desc, message } = draft;
  // What is done for containers is done for the host's, too.
  if (desc.typeName === ContainerInstanceSchema.typeName) {
    return fromBinary(ContainerInstanceSchema, toBinary(desc, message));
  }
  return new HostMessage(desc, message, {
    dockerfile: textOf(draft, "dockerfile"),
    dockerArguments: Object.fromEntries(entriesOf(draft, "docker_arguments")),
  });
}

/** The type's name says what it runs on, or a field does. */
function variablesOf(draft: ReflectMessage): Record<string, string> {
  const { typeName } = draft.desc;
  const os = SYSTEMS.find(([pattern]) => pattern.test(typeName))?.[1] ?? enumName(draft, "platform");
  const architecture = typeName.includes("Arm")
    ? "arm64"
    : enumName(draft, "architecture", { unlessZero: true });
  return {
    ...os !== undefined && { CIRRUS_OS: os },
    ...architecture !== undefined && { CIRRUS_ARCH: architecture },
  };
}

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/windows/i, "windows"],
  [/freebsd/i, "freebsd"],
  [/darwin|osx|anka|macos/i, "darwin"],
];

/** What an enum field of the message, or else of a message in it, says in lower case. */
function enumName(
  draft: ReflectMessage,
  name: string,
  { unlessZero = false }: { unlessZero?: boolean } = {},
): string | undefined {
  const field = fieldOf(draft, name);
  if (field?.fieldKind === "enum") {
    const number = draft.get(field);
    if (unlessZero && number === 0) return undefined;
    return field.enum.values.find((value) => value.number === number)?.name.toLowerCase();
  }
  for (const field of draft.fields) {
    if (field.fieldKind !== "message" || !draft.isSet(field)) continue;
    const found = enumName(draft.get(field), name, { unlessZero });
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(draft: ReflectMessage, name: string): string {
  const field = fieldOf(draft, name);
  const value = field?.fieldKind === "scalar" ? draft.get(field) : "";
  return typeof value === "string" ? value : "";
}

function entriesOf(draft: ReflectMessage, name: string): [string, string][] {
  const field = fieldOf(draft, name);
  if (field?.fieldKind !== "map") return [];
  return [...draft.get(field)].map(([key, value]) => [String(key), String(value)]);
}

function fieldOf(draft: ReflectMessage, name: string): DescField | undefined {
  return draft.fields.find((field) => field.name === name);
}
