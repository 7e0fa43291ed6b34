import { create } from "@bufbuild/protobuf";
import {
  type Isolation,
  Isolation_NoneSchema,
  IsolationSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Position } from "../../diagnostics/diagnostic.ts";
import { field, type Fields, type FieldType, mapOf, misplacedField } from "../field.ts";
import { containerIsolation } from "./container_isolation.ts";
import { parallelsIsolation } from "./parallels_isolation.ts";
import { tartIsolation } from "./tart_isolation.ts";
import { vetuIsolation } from "./vetu_isolation.ts";

interface Draft {
  readonly message: Isolation;
  dockerfileAt: Position | undefined;
}

const none: FieldType<void> = { read: () => {}, schema: {} };

/** The kinds of isolation; of several the last one counts. */
const isolationFields: Fields<Draft> = {
  none: field(none, "Directly on the worker's host", {
    store({ message }) {
      message.type = { case: "none", value: create(Isolation_NoneSchema) };
    },
  }),
  container: field(containerIsolation, "In a container of Docker or Podman", {
    store(draft, { message, dockerfileAt }) {
      draft.message.type = { case: "container", value: message };
      draft.dockerfileAt = dockerfileAt;
    },
  }),
  tart: field(tartIsolation, "In a virtual machine of Tart, on macOS", {
    store(draft, value) {
      draft.message.type = { case: "tart", value };
    },
  }),
  vetu: field(vetuIsolation, "In a virtual machine of Vetu, on Linux", {
    store(draft, value) {
      draft.message.type = { case: "vetu", value };
    },
  }),
  parallels: field(parallelsIsolation, "In a virtual machine of Parallels; no worker of today has it", {
    store(draft, value, node, scope) {
      draft.message.type = { case: "parallels", value };
      scope.problems.warn(`Reading "isolation": no worker of today runs tasks in Parallels`, node.at);
    },
  }),
  labels: misplacedField('beside "isolation"'),
  resources: misplacedField('beside "isolation"'),
};

const kinds = mapOf<Draft>(isolationFields, {
  what: '"isolation"',
  draft: () => ({ message: create(IsolationSchema), dockerfileAt: undefined }),
});

/** Where on a worker a task runs. */
export const isolation: FieldType<Draft> = {
  read(node, scope) {
    const draft = kinds.read(node, scope);
    if (draft.message.type.case === undefined) {
      scope.problems.warn(
        'Reading "isolation": it has no kind that workers know, so none runs the task; write container, tart or vetu, or leave "isolation" away to run directly on the host',
        node.at,
      );
    }
    return draft;
  },
  schema: kinds.schema,
};
