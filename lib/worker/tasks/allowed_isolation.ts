import type { Isolation as IsolationMessage } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Isolation } from "../../isolation/isolation.ts";
import { isolationFor, type IsolationOptions } from "../../isolation/registry.ts";
import { programUser } from "../../process/user/program_user.ts";
import { judgeIsolation } from "../../security/judge_isolation.ts";
import type { SecurityPolicy } from "../options/worker_options.ts";

/**
 * What to prepare for who asks for `asked`; undefined is none. Rejects with an error for the person who waits for it
 * where the worker's security settings refuse it.
 */
export async function allowedIsolation(
  asked: IsolationMessage | undefined,
  { security, isolations }: { security: SecurityPolicy; isolations: IsolationOptions },
): Promise<Isolation> {
  if (security === "unrestricted") return isolationFor(asked, isolations);
  const ownHome = programUser()?.home ?? Deno.env.get("HOME");
  const verdict = await judgeIsolation(asked, { settings: security, ownHome });
  if (verdict.kind === "refused") throw new Error(verdict.message);
  const { isolation, softnetAllow } = verdict;
  return isolationFor(isolation, { ...isolations, tart: { ...isolations.tart, softnetAllow } });
}
