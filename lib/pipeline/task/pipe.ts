import { create } from "@bufbuild/protobuf";
import { type PipeInstance, PipeInstanceSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, type FieldType, mapOf } from "../field.ts";
import { memory, processors } from "../field_types.ts";
import { kindOf, type Node } from "../node.ts";
import { Problem } from "../problem.ts";
import { pipeStepSchema, readPipeStep } from "./pipe_step.ts";
import type { TaskDraft } from "./task_draft.ts";
import type { TaskKind } from "./task_kind.ts";

const DEFAULT_CPU = 2;
const DEFAULT_MEMORY = 4096;

interface Draft extends TaskDraft {
  pipe: PipeInstance;
}

const resourcesFields: Fields<PipeInstance> = {
  cpu: field(processors, `Number of processors, ${DEFAULT_CPU} when not given`, {
    store: (pipe, cpu) => pipe.cpu = cpu || DEFAULT_CPU,
  }),
  memory: field(memory, `Memory, ${DEFAULT_MEMORY} MiB when not given`, {
    store: (pipe, memory) => pipe.memory = memory || DEFAULT_MEMORY,
  }),
};

const resources = mapOf(resourcesFields, {
  what: '"resources"',
  draft: () => create(PipeInstanceSchema, { cpu: DEFAULT_CPU, memory: DEFAULT_MEMORY }),
});

const steps: FieldType<readonly Node[]> = {
  read(node) {
    if (node.kind === "list") return node.children;
    throw new Problem(`Reading "steps": it must be a list of steps, this is ${kindOf(node)}`, node.at);
  },
  schema: { type: "array", items: pipeStepSchema },
};

/** `*pipe`. */
export const pipe: TaskKind<Draft> = {
  suffix: "pipe",
  nameWhenBare: "main",
  doc: "Task whose steps run in containers of their own, one after another in one working directory",
  instances: {},
  fields: {
    resources: field(resources, "What the containers get", { store: (draft, pipe) => draft.pipe = pipe }),
    steps: field(steps, "The steps", {
      required: true,
      store({ commands }, steps, _node, scope) {
        for (const step of steps) scope.problems.attempt(() => readPipeStep(step, commands, scope));
      },
    }),
  },
  instructions: [],
  begin(draft) {
    draft.variables.set("CIRRUS_OS", "linux");
    return Object.assign(draft, {
      pipe: create(PipeInstanceSchema, { cpu: DEFAULT_CPU, memory: DEFAULT_MEMORY }),
    });
  },
  finish(draft, { at }) {
    draft.instance = { message: draft.pipe, at };
  },
};
