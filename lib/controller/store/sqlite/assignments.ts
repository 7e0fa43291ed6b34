import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../../proto/gen/cirrus_ci_service_pb.ts";
import { type AssignmentRecord, isFinal, type Release } from "../../records.ts";
import { requirementsOf } from "../../scheduler/requirements.ts";
import type { Database, Statement } from "./database.ts";
import { bytes, flag, number, optionalNumber, type Row, text, word } from "./row.ts";
import { taskStatus } from "./states.ts";

const RELEASES: readonly Release[] = ["stopped", "gone", "unanswered", "lost"];

/** Which worker has or had which task. Written only within the transactions of those who move a task. */
export class AssignmentTable {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  held(): AssignmentRecord[] {
    return this.#statements.held.all().map(toAssignment);
  }

  find(id: number): AssignmentRecord | undefined {
    const row = this.#statements.find.get(id);
    return row && toAssignment(row);
  }

  lastOf(taskId: string): AssignmentRecord | undefined {
    const row = this.#statements.lastOf.get(taskId);
    return row && toAssignment(row);
  }

  insert(assignment: {
    readonly taskId: string;
    readonly worker: string;
    readonly clientSecretDigest: Uint8Array;
    readonly serverSecret: string;
    readonly at: number;
  }): number {
    const { taskId, worker, clientSecretDigest, serverSecret, at } = assignment;
    return this.#statements.insert.run(taskId, worker, clientSecretDigest, serverSecret, at).id;
  }

  setStarted(id: number): void {
    this.#statements.setStarted.run(id);
  }

  setAgentStarted(id: number, at: number): void {
    this.#statements.setAgentStarted.run(at, id);
  }

  /** The worker that has a task is to stop it. */
  setStop(taskId: string): void {
    this.#statements.setStop.run(taskId);
  }

  /** Returns whether the worker had it until now. */
  release(id: number, release: Release, at: number): boolean {
    return this.#statements.release.run(release, at, id).changes > 0;
  }
}

function toAssignment(row: Row): AssignmentRecord {
  const definition = fromBinary(TaskSchema, bytes(row, "definition"));
  const agentStartedAt = optionalNumber(row, "agent_started_at");
  return {
    id: number(row, "id"),
    taskId: text(row, "task_id"),
    buildId: text(row, "build_id"),
    worker: text(row, "worker"),
    definition,
    requirements: requirementsOf(definition),
    clientSecretDigest: bytes(row, "client_secret_digest"),
    serverSecret: text(row, "server_secret"),
    started: flag(row, "started"),
    ...(agentStartedAt === undefined ? {} : { agentStartedAt }),
    stop: flag(row, "stop"),
    decided: isFinal(taskStatus(row)),
    timesLost: number(row, "times_lost"),
    ...(row.release === null ? {} : { release: word(row, "release", RELEASES) }),
  };
}

const SELECT = `
  SELECT assignment.*, task.build_id, task.definition, task.times_lost, task.status
  FROM assignment JOIN task ON task.id = assignment.task_id
`;

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    held: statement(`${SELECT} WHERE release IS NULL ORDER BY assignment.id`),
    find: statement(`${SELECT} WHERE assignment.id = ?`),
    lastOf: statement(`${SELECT} WHERE task_id = ? ORDER BY assignment.id DESC LIMIT 1`),
    insert: statement(`
      INSERT INTO assignment (task_id, worker, client_secret_digest, server_secret, given_at)
      VALUES (?, ?, ?, ?, ?)
    `),
    setStarted: statement("UPDATE assignment SET started = 1 WHERE id = ? AND release IS NULL"),
    setAgentStarted: statement(
      "UPDATE assignment SET agent_started_at = coalesce(agent_started_at, ?) WHERE id = ?",
    ),
    setStop: statement("UPDATE assignment SET stop = 1 WHERE task_id = ? AND release IS NULL"),
    release: statement("UPDATE assignment SET release = ?, released_at = ? WHERE id = ? AND release IS NULL"),
  };
}
