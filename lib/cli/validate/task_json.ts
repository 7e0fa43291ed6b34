import {
  createRegistry,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Registry,
  ScalarType,
  toJson,
} from "@bufbuild/protobuf";
import { file_cirrus_ci_service, type Task, TaskSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** What a task may run on: what this program knows, and what a host supplies in place of it or beside it. */
export function taskRegistry(supplied: Iterable<DescMessage>): Registry {
  return createRegistry(file_cirrus_ci_service, ...supplied);
}

/** A task in protobuf's JSON form, its instance with an `@type`. */
export function taskToJson(task: Task, registry: Registry): JsonValue {
  return new FloatShortener(registry).shortened(toJson(TaskSchema, task, { registry }), TaskSchema);
}

/** Writes every `float` as its shortest decimal: 1.1, where the nearest `float` is 1.10000002384... */
class FloatShortener {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  shortened(value: JsonValue, message: DescMessage): JsonValue {
    if (!isObject(value)) return value;
    const type = value["@type"];
    const actual = typeof type === "string"
      ? this.#registry.getMessage(type.slice(type.lastIndexOf("/") + 1))
      : message;
    const fields = new Map(actual?.fields.map((field) => [field.jsonName, field]));
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        const field = fields.get(name);
        return [name, field ? this.#field(part, field) : part];
      }),
    );
  }

  #field(value: JsonValue, field: DescField): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.#value(item, field));
    if (field.fieldKind !== "map" || !isObject(value)) return this.#value(value, field);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#value(item, field)]));
  }

  #value(value: JsonValue, { scalar, message }: DescField): JsonValue {
    if (message) return this.shortened(value, message);
    return scalar === ScalarType.FLOAT && typeof value === "number" ? shortestFloat(value) : value;
  }
}

const FLOAT_DIGITS = 9;

function shortestFloat(value: number): number {
  for (let digits = 1; digits < FLOAT_DIGITS; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
