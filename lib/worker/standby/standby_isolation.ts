import { create } from "@bufbuild/protobuf";
import { type Isolation, IsolationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { unknownKey } from "../../diagnostics/unknown_key.ts";
import { field, type Fields, type FieldType, propertiesOf, readFields } from "../../pipeline/field.ts";
import { condition, wholeNumber } from "../../pipeline/field_types.ts";
import { MAX_UINT16 } from "../../pipeline/go_number.ts";
import {
  tartIsolation,
  tartIsolationFields,
  tartVolumeFields,
} from "../../pipeline/instance/tart_isolation.ts";
import { vetuIsolation, vetuIsolationFields } from "../../pipeline/instance/vetu_isolation.ts";
import type { JsonSchema } from "../../pipeline/json_schema.ts";
import { type MapNode, type Node, withChildren } from "../../pipeline/node.ts";
import { Problem, Problems } from "../../pipeline/problem.ts";
import { Scope } from "../../pipeline/scope.ts";

/** What the protocol has and `.cirrus.yml` does not, under the protocol's names. */
const tartWireFields: Fields<{ diskSize: number; nested: boolean; syncTimeOverSsh: boolean }> = {
  disk_size: field(wholeNumber(MAX_UINT16), "Size of the disk in GB, the image's when not given", {
    store: (tart, diskSize) => tart.diskSize = diskSize,
  }),
  nested: field(condition, "Whether the machine can run machines itself", {
    store: (tart, nested) => tart.nested = nested,
  }),
  sync_time_over_ssh: field(condition, "Whether to set the machine's clock first", {
    store: (tart, sync) => tart.syncTimeOverSsh = sync,
  }),
};

const vetuWireFields: Fields<{ standardOutputToLogs: boolean; syncTimeOverSsh: boolean }> = {
  standard_output_to_logs: field(condition, "Whether the machine's console goes to the worker's log", {
    store: (vetu, toLogs) => vetu.standardOutputToLogs = toLogs,
  }),
  sync_time_over_ssh: field(condition, "Whether to set the machine's clock first", {
    store: (vetu, sync) => vetu.syncTimeOverSsh = sync,
  }),
};

/** The keys of a map, or of the maps of a list; undefined where the pipeline's tables know what is right. */
interface Keys {
  readonly [name: string]: Keys | undefined;
}

const KEYS: Keys = {
  tart: { ...namesOf(tartIsolationFields), ...namesOf(tartWireFields), volumes: namesOf(tartVolumeFields) },
  vetu: { ...namesOf(vetuIsolationFields), ...namesOf(vetuWireFields), networking: { host: {} } },
};

/** What `standby.isolation` may say, as a JSON Schema. */
export const standbyIsolationSchema: JsonSchema = {
  type: "object",
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    tart: mapSchema({
      description: "A virtual machine of Tart, on macOS",
      required: "image",
      properties: {
        ...propertiesOf(tartIsolationFields),
        ...propertiesOf(tartWireFields),
        // No matrix, which a task's volumes may have.
        volumes: {
          type: "array",
          description: "Directories of the host to mount",
          items: mapSchema({ required: "source", properties: propertiesOf(tartVolumeFields) }),
        },
      },
    }),
    vetu: mapSchema({
      description: "A virtual machine of Vetu, on Linux",
      required: "image",
      properties: { ...propertiesOf(vetuIsolationFields), ...propertiesOf(vetuWireFields) },
    }),
  },
};

/** What came of reading an isolation: the message, or what is wrong with what was written. */
export type ReadIsolation =
  | { readonly kind: "read"; readonly isolation: Isolation }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] };

/**
 * Reads the isolation of a standby machine as the pipeline reads a task's, so that the two are equal where they say
 * the same; but what a task's may have without effect is wrong here.
 */
export function readStandbyIsolation(node: Node): ReadIsolation {
  const unknown = unknownKeys(node, KEYS);
  const found = new Problems("");
  const isolation = found.attempt(() => read(node, Scope.withoutTask(found)));
  const problems = found.diagnostics
    // Those know unknown keys, too, and only warn of them.
    .filter(({ severity }) => severity === "error" || unknown.length === 0)
    .map(({ message, position }) => new Problem(message, position));
  if (isolation && problems.length + unknown.length === 0) return { kind: "read", isolation };
  return { kind: "wrong", problems: [...unknown, ...problems] };
}

function read(node: Node, scope: Scope): Isolation {
  const kinds = node.kind === "map" ? node.children.filter(({ name }) => Object.hasOwn(KEYS, name)) : [];
  const [kind, ...others] = kinds;
  if (!kind || others.length > 0) {
    throw new Problem("A standby machine needs one isolation: write either tart or vetu here", node.at);
  }
  if (kind.kind !== "map") {
    throw new Problem(`Invalid "${kind.name}": write what the machine is like in a map below it`, kind.at);
  }
  if (!kind.children.some(({ name }) => name === "image")) {
    throw new Problem(`A standby machine needs an image: write "image" below "${kind.name}"`, kind.at);
  }
  if (kind.name === "tart") {
    const value = readKind(kind, { table: tartIsolation, wireFields: tartWireFields, scope });
    return create(IsolationSchema, { type: { case: "tart", value } });
  }
  const value = readKind(kind, { table: vetuIsolation, wireFields: vetuWireFields, scope });
  return create(IsolationSchema, { type: { case: "vetu", value } });
}

function readKind<Wire, Message extends Wire>(
  node: MapNode,
  { table, wireFields, scope }: { table: FieldType<Message>; wireFields: Fields<Wire>; scope: Scope },
): Message {
  const onWire = ({ name }: Node) => Object.hasOwn(wireFields, name);
  const draft = table.read(withChildren(node, node.children.filter((child) => !onWire(child))), scope);
  const wire = withChildren(node, node.children.filter(onWire));
  readFields<Wire>(wire, wireFields, { draft, scope, what: `"${node.name}"` });
  return draft;
}

function unknownKeys(node: Node, keys: Keys): Problem[] {
  if (node.kind === "scalar") return [];
  if (node.kind === "list") return node.children.flatMap((item) => unknownKeys(item, keys));
  return node.children.flatMap((child) => {
    if (!Object.hasOwn(keys, child.name)) {
      return [new Problem(unknownKey(child.name, Object.keys(keys)), child.at)];
    }
    const below = keys[child.name];
    return below ? unknownKeys(child, below) : [];
  });
}

function namesOf<Draft>(fields: Fields<Draft>): Keys {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));
}

function mapSchema({ required, ...schema }: JsonSchema & { readonly required: string }): JsonSchema {
  return { type: "object", ...schema, required: [required], additionalProperties: false };
}
