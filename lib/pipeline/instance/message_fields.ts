import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { AdditionalContainerSchema, VolumeSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { type Field, field, type Fields, type FieldType, listOf, mapOf } from "../field.ts";
import { condition, expandedTextMap, memory, text, texts, wholeNumber } from "../field_types.ts";
import { MAX_UINT32, parseGoFloat } from "../go_number.ts";
import { Problem } from "../problem.ts";
import { additionalContainers } from "./additional_container.ts";
import { volumes } from "./container_isolation.ts";
import { jsonText } from "./json_text.ts";

/** Whether a field holds JSON or a text, and may stand beside the instance and at the root as well. */
export function isInheritable({ fieldKind, name, ...desc }: DescField): boolean {
  const isText = fieldKind === "scalar" && "scalar" in desc && desc.scalar === ScalarType.STRING;
  return isText && /(credentials|config)$/.test(name);
}

/**
 * The fields of a message that only its host knows: they have the names that the message has on the wire, and no
 * defaults. A field that YAML cannot say is left out.
 */
export function messageFields(message: DescMessage): Fields<ReflectMessage> {
  return Object.fromEntries(
    message.fields.flatMap((desc) => {
      const field = messageField(desc);
      return field ? [[desc.name, field]] : [];
    }),
  );
}

function messageField(desc: DescField): Field<ReflectMessage> | undefined {
  const doc = `Field of ${desc.parent.name}, which the host supplies`;
  switch (desc.fieldKind) {
    case "scalar": {
      const type = isInheritable(desc) ? jsonText : scalarType(desc.scalar, desc.name);
      return field(type, doc, { store: (draft, value) => draft.set(desc, value) });
    }
    case "enum":
      return field(enumType(desc.enum), doc, { store: (draft, value) => draft.set(desc, value) });
    case "message":
      return field(messageType(desc.message), doc, { store: (draft, value) => draft.set(desc, value) });
    case "map":
      if (desc.mapKind !== "scalar" || desc.scalar !== ScalarType.STRING) return undefined;
      return field(expandedTextMap, doc, {
        store(draft, values) {
          draft.clear(desc);
          const map = draft.get(desc);
          for (const [name, value] of values) map.set(name, value);
        },
      });
    case "list":
      return field<ReflectMessage, readonly unknown[]>(listType(desc), doc, {
        store(draft, values) {
          draft.clear(desc);
          const list = draft.get(desc);
          for (const value of values) list.add(value);
        },
      });
  }
}

function listType(desc: DescField & { fieldKind: "list" }): FieldType<readonly unknown[]> {
  switch (desc.listKind) {
    case "message":
      return knownList(desc.message) ?? listOf(messageType(desc.message));
    case "enum":
      return listOf(enumType(desc.enum));
    case "scalar":
      return desc.scalar === ScalarType.STRING ? texts : listOf(scalarType(desc.scalar, desc.name));
  }
}

/** The lists of messages that are written in a way of their own. */
function knownList(message: DescMessage): FieldType<readonly ReflectMessage[]> | undefined {
  const toHost = (bytes: Uint8Array) => reflect(message, fromBinary(message, bytes));
  switch (message.typeName) {
    case AdditionalContainerSchema.typeName:
      return mapped(
        additionalContainers,
        (containers) => containers.map((container) => toHost(toBinary(AdditionalContainerSchema, container))),
      );
    case VolumeSchema.typeName:
      return mapped(volumes, (volumes) => volumes.map((volume) => toHost(toBinary(VolumeSchema, volume))));
    default:
      return undefined;
  }
}

function messageType(message: DescMessage): FieldType<ReflectMessage> {
  const what = message.name;
  return {
    // Only once it is there: a message may hold messages of its own kind.
    read: (node, scope) =>
      mapOf(messageFields(message), { what, draft: () => reflect(message) }).read(node, scope),
    schema: { type: ["object", "null"] },
  };
}

function scalarType(
  scalar: ScalarType,
  name: string,
): FieldType<string | boolean | number | bigint | Uint8Array> {
  switch (scalar) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return mapped(text, (value) => new TextEncoder().encode(value));
    case ScalarType.BOOL:
      return condition;
    case ScalarType.FLOAT:
      return number(32);
    case ScalarType.DOUBLE:
      return number(64);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return mapped(wholeNumber(Number.MAX_SAFE_INTEGER), BigInt);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return name === "memory" ? memory : wholeNumber(MAX_INT32);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return name === "memory" ? memory : wholeNumber(MAX_UINT32);
  }
}

const MAX_INT32 = 0x7fffffff;

function number(bits: 32 | 64): FieldType<number> {
  return {
    read(node, scope) {
      const written = text.read(node, scope);
      const value = parseGoFloat(written, bits);
      if (value !== undefined) return value;
      throw new Problem(`Reading "${node.name}": "${written}" is no number`, node.at);
    },
    schema: { type: ["number", "string"] },
  };
}

function enumType({ values }: DescEnum): FieldType<number> {
  return {
    read(node, scope) {
      const written = text.read(node, scope);
      const value = values.find(({ name }) => name.toLowerCase() === written.toLowerCase());
      if (value) return value.number;
      const names = values.map(({ name }) => name.toLowerCase());
      const meant = nearest(written, names);
      const suggestion = meant === undefined ? `write ${names.join(", ")}` : `did you mean "${meant}"?`;
      throw new Problem(`Reading "${node.name}": "${written}" is not known; ${suggestion}`, node.at);
    },
    schema: { type: "string" },
  };
}

function mapped<T, U>({ read, schema }: FieldType<T>, change: (value: T) => U): FieldType<U> {
  return { read: (node, scope) => change(read(node, scope)), schema };
}
