import { create } from "@bufbuild/protobuf";
import {
  Architecture,
  type ContainerInstance,
  ContainerInstanceSchema,
  Platform,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, ignoredField, readFields } from "../field.ts";
import { expandedTextMap, memory, processors, text } from "../field_types.ts";
import type { Node } from "../node.ts";
import type { Scope } from "../scope.ts";
import { additionalContainers } from "./additional_container.ts";
import { dropUnusedArguments, type ImageDraft, imageFields } from "./image_source.ts";
import type { Instance } from "./instance.ts";
import { plainTextMap } from "./plain_text_map.ts";

const DEFAULT_CPU = 2;
const DEFAULT_MEMORY = 4096;

type Draft = ImageDraft<ContainerInstance>;

/** Fields of every kind of container. */
const commonFields: Fields<Draft> = {
  cpu: field(processors, `Number of processors, ${DEFAULT_CPU} when not given`, {
    store: ({ message }, cpu) => message.cpu = cpu || DEFAULT_CPU,
  }),
  memory: field(memory, `Memory, ${DEFAULT_MEMORY} MiB when not given`, {
    store: ({ message }, memory) => message.memory = memory || DEFAULT_MEMORY,
  }),
  kvm: ignoredField("Access to /dev/kvm; the cloud's"),
  registry_config: ignoredField("Credentials for a private registry; the cloud's"),
  use_in_memory_disk: ignoredField("A disk in memory; the cloud's"),
  use_static_ip: ignoredField("A static address; the cloud's"),
  privileged: ignoredField("Whether the container is privileged; the cloud's"),
  greedy: ignoredField("Whether idle processors of the host may be used; the cloud's"),
  platform: ignoredField("The kind of the instance says it"),
  architecture: ignoredField("The kind of the instance says it"),
};

/** Fields of `container` and `arm_container`. */
export const containerFields: Fields<Draft> = {
  ...imageFields(expandedTextMap),
  ...commonFields,
  additional_containers: field(additionalContainers, "Containers that run beside the task's own", {
    store: ({ message }, containers) => message.additionalContainers = containers,
  }),
};

/** Fields of `windows_container`. */
export const windowsContainerFields: Fields<Draft> = {
  ...imageFields(plainTextMap),
  ...commonFields,
  os_version: field(text, "Version of Windows Server, 2019 when not given", {
    store: ({ message }, version) => message.osVersion = version,
  }),
  additional_containers: ignoredField("Not for Windows"),
};

/** Reads a `container`, or with that architecture an `arm_container`. */
export function readContainer(node: Node, scope: Scope, architecture: Architecture): Instance {
  const message = create(ContainerInstanceSchema, {
    platform: Platform.LINUX,
    architecture,
    cpu: DEFAULT_CPU,
    memory: DEFAULT_MEMORY,
  });
  return { ...readInto(message, node, scope, containerFields), variables: { CIRRUS_OS: "linux" } };
}

/** Reads a `windows_container`. */
export function readWindowsContainer(node: Node, scope: Scope): Instance {
  const message = create(ContainerInstanceSchema, {
    platform: Platform.WINDOWS,
    osVersion: "2019",
    cpu: DEFAULT_CPU,
    memory: DEFAULT_MEMORY,
  });
  return { ...readInto(message, node, scope, windowsContainerFields), variables: { CIRRUS_OS: "windows" } };
}

function readInto(message: ContainerInstance, node: Node, scope: Scope, fields: Fields<Draft>): Instance {
  const draft = readFields(node, fields, {
    draft: { message, dockerfileAt: undefined },
    scope,
    what: `"${node.name}"`,
  });
  dropUnusedArguments(message);
  return { message, at: node.at, dockerfileAt: draft.dockerfileAt };
}
