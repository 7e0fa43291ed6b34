import { errorMessage } from "../../diagnostics/error_message.ts";
import { type ContainerEngine, isMissing } from "./container_engine.ts";

/** What has become of a container. */
export type ContainerState =
  | { readonly kind: "running" }
  | { readonly kind: "ended"; readonly problem: string };

/** How long the engine may take to say so; in milliseconds. */
const ASK_MS = 10_000;

/** What `inspect` calls the state; both engines use Docker's names. */
interface InspectedState {
  readonly Running?: boolean;
  readonly OOMKilled?: boolean;
  readonly ExitCode?: number;
}

/** Asks the engine what has become of a container. Never rejects: who asks is explaining a failure already. */
export async function containerState(
  engine: ContainerEngine,
  { container, memoryMiB }: { container: string; memoryMiB: number | undefined },
): Promise<ContainerState> {
  try {
    const doing = `Looking what has become of the container ${container}`;
    const text = await engine.ask(doing, ["container", "inspect", "--format", "{{json .State}}", container], {
      signal: AbortSignal.timeout(ASK_MS),
    });
    const state: InspectedState = JSON.parse(text);
    if (state.Running) return { kind: "running" };
    if (state.OOMKilled) return { kind: "ended", problem: `it was killed: ${outOfMemory(memoryMiB)}` };
    return {
      kind: "ended",
      problem: `somebody has stopped or removed it (exit status ${state.ExitCode})`,
    };
  } catch (error) {
    return {
      kind: "ended",
      problem: isMissing(error) ? "somebody has removed it" : errorMessage(error),
    };
  }
}

/** What to tell of a container without enough memory. */
export function outOfMemory(memoryMiB: number | undefined): string {
  const limit = memoryMiB === undefined ? "" : `, it may use ${memoryMiB} MB`;
  return `out of memory${limit}; give the task's container more memory`;
}
