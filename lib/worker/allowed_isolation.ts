import type { Isolation } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { programUser } from "../process/program_user.ts";
import { judgeIsolation } from "../security/judge_isolation.ts";
import type { Assignment } from "./assignment.ts";
import type { SecurityPolicy } from "./worker_options.ts";

/**
 * The isolation that a task gets for the one it asks for. Rejects with an error for the person who waits for the task
 * where the worker's security settings refuse it.
 */
export async function allowedIsolation(
  task: Assignment,
  security: SecurityPolicy,
): Promise<Isolation | undefined> {
  if (security === "unrestricted") return task.isolation;
  const ownHome = programUser()?.home ?? Deno.env.get("HOME");
  const verdict = await judgeIsolation(task.isolation, { settings: security, ownHome });
  if (verdict.kind === "refused") throw new Error(verdict.message);
  return verdict.isolation;
}
