import type { BuildBody } from "../../controller/api/schemas.ts";
import { formatDuration } from "../../units/duration.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";
import { patiently } from "../controller_client/patiently.ts";
import type { Io } from "../io.ts";
import { createRenderer } from "../output/create_renderer.ts";
import type { RunEvent } from "../output/run_event.ts";
import { type OutputFormat, resolveOutputFormat } from "../run/output_format.ts";
import { runEvents } from "../run/run_events.ts";
import { RunTally } from "../run/run_tally.ts";

export interface FollowOptions {
  readonly client: ControllerClient;
  readonly signal: AbortSignal;
  readonly io: Io;
}

/** Follows a build to its end and shows it as `cirrus run` does. Resolves with how its tasks ended. */
export async function followBuild(
  build: BuildBody,
  options: FollowOptions & { readonly output: OutputFormat },
): Promise<RunTally> {
  const { io, output } = options;
  const isTerminal = io.stdout.terminalSize() !== undefined && io.environment.get("TERM") !== "dumb";
  await using renderer = createRenderer(
    resolveOutputFormat(output, { environment: io.environment, isTerminal }),
    io,
  );
  const startedAt = performance.now();
  const tally = await tallyBuild(build, { ...options, show: (event) => renderer.show(event) });
  const text = `${tally} in ${formatDuration(performance.now() - startedAt)}`;
  await renderer.show({ kind: "note", text });
  return tally;
}

/** Follows a build to its end. `show` is called with each event, in order, and waited for. */
export async function tallyBuild(
  build: BuildBody,
  options: FollowOptions & { readonly show: (event: RunEvent) => Promise<void> },
): Promise<RunTally> {
  const { client, signal, show } = options;
  const tally = new RunTally();
  const onAway = ({ message }: Error) =>
    void show({ kind: "note", text: `${message}; trying again, and the build goes on` }).catch(() => {});
  const source = {
    builds: { watch: (id: string) => client.watchBuild(id, { signal, onAway }) },
    logs: {
      read: (...log: Parameters<ControllerClient["readLog"]>) =>
        patiently(() => client.readLog(...log), { signal }),
    },
  };
  const tasks = build.tasks.map((task) => ({ ...task, state: { status: task.status } }));
  for await (const event of runEvents(source, { id: build.id, tasks }, { signal })) {
    tally.count(event);
    await show(event);
  }
  return tally;
}
