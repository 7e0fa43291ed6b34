import type { MessageInitShape } from "@bufbuild/protobuf";
import { join } from "node:path";
import type { AgentOptions } from "../../lib/agent/agent_options.ts";
import type { AgentOutcome } from "../../lib/agent/agent_outcome.ts";
import { runAgent } from "../../lib/agent/run_agent.ts";
import { Transfers } from "../../lib/agent/transfers.ts";
import { type Logger, silentLogger } from "../../lib/logging/logger.ts";
import { LocalMachine } from "../../lib/machine/local/local_machine.ts";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { taskMetadata } from "../../lib/rpc/metadata.ts";
import {
  CirrusCIService,
  type Command_CommandExecutionBehavior,
  type CommandSchema,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import { FakeCi } from "../fakes/upstream_ci.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

export type CommandInit = MessageInitShape<typeof CommandSchema>;

/** A script command. */
export function script(
  name: string,
  lines: string | string[],
  executionBehaviour?: Command_CommandExecutionBehavior,
): CommandInit {
  return {
    name,
    instruction: { case: "scriptInstruction", value: { scripts: [lines].flat() } },
    ...(executionBehaviour === undefined ? {} : { executionBehaviour }),
  };
}

/** An agent on this host with an upstream of its own. */
export class AgentUnderTest implements AsyncDisposable {
  readonly upstream: FakeCi;
  /** Holds everything of the task: `work`, `tmp` and `spool`. */
  readonly directory: string;
  readonly machine: LocalMachine;
  readonly #options: Omit<AgentOptions, "logger">;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    parts: Pick<AgentUnderTest, "upstream" | "directory" | "machine">,
    options: Omit<AgentOptions, "logger">,
    resources: AsyncDisposableStack,
  ) {
    this.upstream = parts.upstream;
    this.directory = parts.directory;
    this.machine = parts.machine;
    this.#options = options;
    this.#resources = resources;
  }

  /** `variables` are the machine's own. */
  static async create(
    options: { taskId?: string; variables?: Readonly<Record<string, string>> } = {},
  ): Promise<AgentUnderTest> {
    const { taskId = "42", variables = {} } = options;
    await using resources = new AsyncDisposableStack();
    const directory = resources.use(await temporaryDirectory()).path;
    for (const name of ["tmp", "spool"]) await Deno.mkdir(join(directory, name));
    const machine = resources.use(
      new LocalMachine({
        workingDirectory: join(directory, "work"),
        temporaryDirectory: join(directory, "tmp"),
        environment: new Map(
          Object.entries({ PATH: Deno.env.get("PATH") ?? "", HOME: directory, ...variables }),
        ),
        mark: `test/${crypto.randomUUID()}`,
      }),
    );
    const upstream = resources.use(await FakeCi.start());
    const channel = resources.use(await openChannel({ endpoint: upstream.endpoint }));
    const clientSecret = "client-secret-of-the-task";
    const metadata = taskMetadata({ taskId, clientSecret, endpoint: upstream.endpoint });
    return new AgentUnderTest({ upstream, directory, machine }, {
      machine,
      client: createClient(CirrusCIService, channel, { metadata }),
      transfers: resources.use(new Transfers()),
      taskId,
      clientSecret,
      serverSecret: upstream.serverSecret,
      spoolDirectory: join(directory, "spool"),
      mirrors: { directory: join(directory, "mirrors") },
      compressLogs: false,
      commandsRetryMs: 10,
      finishRetryMs: 10,
    }, resources.move());
  }

  get workingDirectory(): string {
    return this.machine.workingDirectory;
  }

  /** Runs the task; cancelled by `signal`. */
  async run(
    options: Partial<AgentOptions> & { signal?: AbortSignal; logger?: Logger } = {},
  ): Promise<AgentOutcome> {
    const { signal = new AbortController().signal, logger = silentLogger, ...changed } = options;
    return await runAgent({ ...this.#options, ...changed, logger }, signal);
  }

  /** Whether something of this name is in the working directory. */
  async hasFile(name: string): Promise<boolean> {
    return await Deno.lstat(join(this.workingDirectory, name)).then(() => true, () => false);
  }

  /** The names of the files that are left of a task outside its working directory. */
  leftovers(): string[] {
    return ["tmp", "spool"].flatMap((name) => [...Deno.readDirSync(join(this.directory, name))]).map((
      entry,
    ) => entry.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
