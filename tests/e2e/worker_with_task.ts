import { FakeCi } from "../fakes/upstream_ci.ts";
import { FakeUpstream } from "../fakes/upstream_workers.ts";
import type { Playground } from "./playground.ts";

/** The upstream of a worker and of its task, and the real program. */
export interface WorkerWithTask extends AsyncDisposable {
  readonly ci: FakeCi;
  readonly upstream: FakeUpstream;
  readonly program: ReturnType<Playground["start"]>;
}

/** An upstream that gives its first worker a task of one script, called `main`, and such a worker. */
export async function workerWithTask(
  place: Playground,
  script: string,
  flags: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<WorkerWithTask> {
  await using resources = new AsyncDisposableStack();
  const ci = resources.use(await FakeCi.start());
  ci.commands = {
    commands: [{ name: "main", instruction: { case: "scriptInstruction", value: { scripts: [script] } } }],
    timeoutInSeconds: 60n,
  };
  const upstream = resources.use(await FakeUpstream.start([ci.service]));
  upstream.give({
    tasksToStart: [{ taskId: "task-1", clientSecret: "client", serverSecret: ci.serverSecret }],
  });
  const program = place.start(
    ["worker", "run", `--rpc-endpoint=${upstream.endpoint}`, "--name", "mini", ...flags],
    { CIRRUS_WORKER_TOKEN: upstream.token, ...variables },
  );
  const owned = resources.move();
  return { ci, upstream, program, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
