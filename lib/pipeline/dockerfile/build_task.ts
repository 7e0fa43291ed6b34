import { create } from "@bufbuild/protobuf";
import {
  type Command,
  CommandSchema,
  Platform,
  type PrebuiltImageInstance,
  PrebuiltImageInstanceSchema,
  Status,
  type Task,
  TaskSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { sortedByBytes } from "../byte_order.ts";
import { packInstance } from "../instance/pack.ts";
import type { ImageBuild } from "./image_builds.ts";

/** The task that builds an image, and what it runs on. `index` is its place among the enabled tasks,
 * `presets` are the properties of every task. */
export function toBuildTask(
  build: ImageBuild,
  { id, index, presets }: { id: number; index: number; presets: ReadonlyMap<string, string> },
): { task: Task; instance: PrebuiltImageInstance } {
  const { hash, dockerfile, buildArguments, platform, users: [user] } = build;
  const instance = create(PrebuiltImageInstanceSchema, {
    repository: `cirrus-ci-community/${hash}`,
    reference: "latest",
    platform,
    dockerfile,
    arguments: Object.fromEntries(buildArguments),
  });
  const pairs = [...buildArguments].map(([name, value]) => `${name}=${value}`);
  const task = create(TaskSchema, {
    localGroupId: BigInt(id),
    name: ["Prebuild", dockerfile, ...sortedByBytes(pairs)].join(" "),
    status: Status.CREATED,
    environment: Object.fromEntries(user.variables.task),
    metadata: {
      properties: {
        ...Object.fromEntries(presets),
        timeout_in: user.properties.get("timeout_in") ?? "",
        indexWithinBuild: String(index),
        skip_notifications: "true",
      },
    },
    commands: commandsOf(build),
    instance: packInstance(instance),
  });
  return { task, instance };
}

function commandsOf({ hash, dockerfile, buildArguments, platform }: ImageBuild): Command[] {
  const image = `gcr.io/cirrus-ci-community/${hash}:latest`;
  const context = platform === Platform.WINDOWS ? "." : "${CIRRUS_DOCKER_CONTEXT:-$CIRRUS_WORKING_DIR}";
  const flags = sortedByBytes(buildArguments.keys()).map((name) =>
    ` --build-arg ${name}="${buildArguments.get(name)}"`
  );
  return [
    create(CommandSchema, { name: "clone", instruction: { case: "cloneInstruction", value: {} } }),
    script("build", `docker build --tag ${image} --file ${dockerfile}${flags.join("")} ${context}`),
    script("push", `gcloud docker -- push ${image}`),
  ];
}

function script(name: string, line: string): Command {
  return create(CommandSchema, {
    name,
    instruction: { case: "scriptInstruction", value: { scripts: [line] } },
  });
}
