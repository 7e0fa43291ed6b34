import type { TaskIdentification } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { AssignmentRecord } from "../records.ts";
import { digestOf, isSecret, newSecret } from "../secrets.ts";
import type { TaskStore } from "../store/task_store.ts";
import type { Assignment } from "../workers/assignment.ts";
import type { Assignments } from "../workers/assignments.ts";

/** What a call about a task is about. */
export type Accessed =
  | { readonly kind: "held"; readonly assignment: Assignment }
  /** The worker does not have the task any more. */
  | { readonly kind: "released"; readonly record: AssignmentRecord };

/** Lets calls about a task through that carry its id and the secret of its last assignment. */
export class TaskAccess {
  readonly #assignments: Assignments;
  readonly #tasks: Pick<TaskStore, "lastAssignment">;
  /** Compared with where there is no such task, so that its absence takes as long to find out as a wrong secret. */
  readonly #nobody = digestOf(newSecret());

  constructor(options: { assignments: Assignments; tasks: Pick<TaskStore, "lastAssignment"> }) {
    this.#assignments = options.assignments;
    this.#tasks = options.tasks;
  }

  /**
   * The assignment that a call is about: by its metadata, else by the deprecated field of its request. Rejects with
   * UNAUTHENTICATED, whatever of it was wrong.
   */
  async find(
    metadata: ReadonlyMap<string, string>,
    identification: TaskIdentification | undefined,
  ): Promise<Accessed> {
    const taskId = metadata.get("org.cirruslabs.task-id") ?? identification?.taskId.toString() ?? "";
    const secret = metadata.get("org.cirruslabs.client-secret") ?? identification?.secret ?? "";
    const assignment = this.#assignments.find(taskId);
    const record = assignment?.record ?? await this.#tasks.lastAssignment(taskId);
    if (!isSecret(secret, record?.clientSecretDigest ?? this.#nobody) || record === undefined) {
      throw new RpcError(
        Code.UNAUTHENTICATED,
        "The task id or its client secret is wrong, or another worker has the task",
      );
    }
    return assignment === undefined ? { kind: "released", record } : { kind: "held", assignment };
  }

  /** As `find`, for calls that only make sense while the worker has the task: else rejects with FAILED_PRECONDITION. */
  async require(
    metadata: ReadonlyMap<string, string>,
    identification: TaskIdentification | undefined,
  ): Promise<Assignment> {
    const accessed = await this.find(metadata, identification);
    if (accessed.kind === "held") return accessed.assignment;
    throw new RpcError(Code.FAILED_PRECONDITION, "The worker does not have this task any more");
  }
}
