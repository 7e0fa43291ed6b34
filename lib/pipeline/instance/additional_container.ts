import { create } from "@bufbuild/protobuf";
import {
  type AdditionalContainer,
  AdditionalContainerSchema,
  type PortMapping,
  PortMappingSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, listOf, mapOf } from "../field.ts";
import { condition, memory, processors, rawTexts, text, textMap, texts } from "../field_types.ts";
import { MAX_UINT16, parseDigits } from "../go_number.ts";
import type { Node } from "../node.ts";
import { Problem } from "../problem.ts";
import { splitWords } from "./shell_words.ts";

const DEFAULT_CPU = 0.5;
const DEFAULT_MEMORY = 512;

const environment = field<AdditionalContainer, Map<string, string>>(
  textMap,
  "Variables of the container's environment",
  {
    store: (container, variables) => Object.assign(container.environment, Object.fromEntries(variables)),
  },
);

const additionalContainerFields: Fields<AdditionalContainer> = {
  image: field(text, "Image to run", {
    required: true,
    store: (container, image) => container.image = image,
  }),
  name: field(text, "Name under which the task reaches the container, letters only", {
    store(container, name, node) {
      if (name === "main" || !/^\p{L}*$/u.test(name)) {
        throw new Problem(
          `Reading "name": a container must be named by letters only and not "main"`,
          node.at,
        );
      }
      container.name = name;
    },
  }),
  port: field(text, "Port to open, as CONTAINER or HOST:CONTAINER", {
    store: (container, port, node) => container.ports = [parsePort(port, node)],
  }),
  ports: field(texts, "Ports to open, each as CONTAINER or HOST:CONTAINER", {
    store: (container, ports, node) => container.ports = ports.map((port) => parsePort(port, node)),
  }),
  cpu: field(processors, `Number of processors, ${DEFAULT_CPU} when not given`, {
    store: (container, cpu) => container.cpu = cpu || DEFAULT_CPU,
  }),
  memory: field(memory, `Memory, ${DEFAULT_MEMORY} MiB when not given`, {
    store: (container, memory) => container.memory = memory || DEFAULT_MEMORY,
  }),
  env: environment,
  environment,
  command: field(text, "Command to run in place of the image's own, split as a shell would", {
    store(container, command, node) {
      const words = splitWords(command);
      if (!words) {
        throw new Problem(`Reading "command": a quote is left open, or nothing follows a "\\"`, node.at);
      }
      container.command = words;
    },
  }),
  readiness_command: field(rawTexts, "Command that succeeds once the container is ready", {
    store: (container, command) => container.readinessCommand = command,
  }),
  privileged: field(condition, "Whether the container is privileged", {
    store: (container, privileged) => container.privileged = privileged,
  }),
};

const additionalContainer = mapOf(additionalContainerFields, {
  what: "an additional container",
  draft: () => create(AdditionalContainerSchema, { cpu: DEFAULT_CPU, memory: DEFAULT_MEMORY }),
});

/** The containers beside a task's own. */
export const additionalContainers = listOf({
  read(node, scope) {
    const container = additionalContainer.read(node, scope);
    refuseBothPorts(node);
    return container;
  },
  schema: additionalContainer.schema,
});

function refuseBothPorts(item: Node): void {
  const names = item.kind === "map" ? item.children.map(({ name }) => name) : [];
  if (!names.includes("port") || !names.includes("ports")) return;
  throw new Problem(
    'Reading an additional container: it has both "port" and "ports", write one of them',
    item.at,
  );
}

function parsePort(written: string, { name, at }: Node): PortMapping {
  const [container = "", host, ...more] = written.split(":").reverse();
  const containerPort = parseDigits(container, MAX_UINT16);
  const hostPort = host === undefined ? 0 : parseDigits(host, MAX_UINT16);
  if (containerPort !== undefined && hostPort !== undefined && more.length === 0) {
    return create(PortMappingSchema, { containerPort, hostPort });
  }
  throw new Problem(`Reading "${name}": "${written}" is no port, write CONTAINER or HOST:CONTAINER`, at);
}
