import { create } from "@bufbuild/protobuf";
import {
  type PersistentWorkerInstance,
  PersistentWorkerInstanceSchema,
  Platform,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Position } from "../../diagnostics/diagnostic.ts";
import { field, type Fields, type FieldType, readFields } from "../field.ts";
import { expandedTextMap, text } from "../field_types.ts";
import { parseGoFloat } from "../go_number.ts";
import { mapSchema } from "../json_schema.ts";
import { kindOf, type Node } from "../node.ts";
import { Problem } from "../problem.ts";
import type { Scope } from "../scope.ts";
import type { Instance } from "./instance.ts";
import { isolation } from "./isolation.ts";

interface Draft {
  readonly message: PersistentWorkerInstance;
  dockerfileAt: Position | undefined;
}

const resources: FieldType<Map<string, number>> = {
  read(node, scope) {
    if (node.kind !== "map") {
      throw new Problem(
        `Reading "${node.name}": it must be a map of numbers, this is ${kindOf(node)}`,
        node.at,
      );
    }
    return new Map(node.children.map((entry) => [entry.name, readAmount(entry, scope)]));
  },
  schema: mapSchema({ type: ["number", "string"] }),
};

function readAmount(entry: Node, scope: Scope): number {
  const written = text.read(entry, scope);
  const amount = parseGoFloat(written, 64);
  if (amount !== undefined) return amount;
  throw new Problem(`Reading "resources": "${entry.name}" must be a number, this is "${written}"`, entry.at);
}

export const persistentWorkerFields: Fields<Draft> = {
  labels: field(expandedTextMap, "Labels that a worker must have to take the task", {
    store: ({ message }, labels) => message.labels = Object.fromEntries(labels),
  }),
  resources: field(resources, "How much of the worker's resources the task takes", {
    store: ({ message }, resources) => message.resources = Object.fromEntries(resources),
  }),
  isolation: field(isolation, "Where on the worker the task runs; directly on its host when not given", {
    store(draft, isolation) {
      draft.message.isolation = isolation.message;
      draft.dockerfileAt = isolation.dockerfileAt;
    },
  }),
};

/** Reads a `persistent_worker`. */
export function readPersistentWorker(node: Node, scope: Scope): Instance {
  const { message, dockerfileAt } = readFields<Draft>(node, persistentWorkerFields, {
    draft: { message: create(PersistentWorkerInstanceSchema), dockerfileAt: undefined },
    scope,
    what: `"${node.name}"`,
  });
  return { message, at: node.at, dockerfileAt, variables: variablesOf(message) };
}

/** The virtual machines say which operating system they have; directly on the host there is no telling. */
function variablesOf({ isolation }: PersistentWorkerInstance): NonNullable<Instance["variables"]> {
  if (!isolation) return { CIRRUS_OS: null };
  switch (isolation.type.case) {
    case "tart":
      return { CIRRUS_OS: "darwin" };
    case "parallels":
      return { CIRRUS_OS: Platform[isolation.type.value.platform].toLowerCase() };
    default:
      return {};
  }
}
