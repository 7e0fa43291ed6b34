import { create } from "@bufbuild/protobuf";
import {
  type Isolation_Container,
  Isolation_ContainerSchema,
  type Volume,
  VolumeSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, type FieldType, mapOf } from "../field.ts";
import { expandedTextMap, memory, platform, processors, texts } from "../field_types.ts";
import type { Node } from "../node.ts";
import { Problem } from "../problem.ts";
import type { Scope } from "../scope.ts";
import { dropUnusedArguments, type ImageDraft, imageFields } from "./image_source.ts";

const DEFAULT_CPU = 2;
const DEFAULT_MEMORY = 4096;

/** Directories of the host, each in one text. */
export const volumes: FieldType<Volume[]> = {
  read: (node, scope) => texts.read(node, scope).map((volume) => parseVolume(volume, node)),
  schema: texts.schema,
};

const containerIsolationFields: Fields<ImageDraft<Isolation_Container>> = {
  ...imageFields(expandedTextMap, requireArchitecture),
  cpu: field(processors, `Number of processors, ${DEFAULT_CPU} when not given`, {
    store: ({ message }, cpu) => message.cpu = cpu || DEFAULT_CPU,
  }),
  memory: field(memory, `Memory, ${DEFAULT_MEMORY} MiB when not given`, {
    store: ({ message }, memory) => message.memory = memory || DEFAULT_MEMORY,
  }),
  volumes: field(volumes, "Directories of the host to mount, each as SOURCE:TARGET or SOURCE:TARGET:ro", {
    store: ({ message }, volumes) => message.volumes = volumes,
  }),
  platform: field(platform, "Operating system of the container, linux when not given", {
    store: ({ message }, { platform }) => message.platform = platform,
  }),
};

const container = mapOf(containerIsolationFields, {
  what: '"container"',
  draft: () => ({
    message: create(Isolation_ContainerSchema, { cpu: DEFAULT_CPU, memory: DEFAULT_MEMORY }),
    dockerfileAt: undefined,
  }),
});

/** `isolation: container:`. */
export const containerIsolation: FieldType<ImageDraft<Isolation_Container>> = {
  read(node, scope) {
    const draft = container.read(node, scope);
    dropUnusedArguments(draft.message);
    return draft;
  },
  schema: container.schema,
};

/** The image is built for one architecture, and nothing but the variable says which. */
function requireArchitecture(_path: string, node: Node, scope: Scope): void {
  if (scope.variables.get("CIRRUS_ARCH")) return;
  throw new Problem(
    'Reading "dockerfile": it needs the variable CIRRUS_ARCH in "env", such as amd64',
    node.at,
  );
}

function parseVolume(written: string, { name, at }: Node): Volume {
  const [source = "", target, flag, ...more] = written.split(":");
  if (target === undefined || more.length > 0 || (flag !== undefined && flag !== "ro")) {
    throw new Problem(
      `Reading "${name}": "${written}" is no volume, write SOURCE:TARGET or SOURCE:TARGET:ro`,
      at,
    );
  }
  return create(VolumeSchema, { source, target, readOnly: flag === "ro" });
}
