import { join } from "node:path";
import type { AgentOptions } from "../../../lib/agent/agent_options.ts";
import { git } from "../../helpers/git.ts";
import { AgentUnderTest } from "../agent_under_test.ts";

const CLONE = { name: "clone", instruction: { case: "cloneInstruction" as const, value: {} } };

/** Tasks on this host that do nothing but clone, one after the other. */
export class CloningTask implements AsyncDisposable {
  readonly agent: AgentUnderTest;

  private constructor(agent: AgentUnderTest) {
    this.agent = agent;
  }

  static async create(): Promise<CloningTask> {
    return new CloningTask(await AgentUnderTest.create());
  }

  get directory(): string {
    return this.agent.workingDirectory;
  }

  /** The folder of the mirrors. */
  get mirrors(): string {
    return join(this.agent.directory, "mirrors");
  }

  /** What the log of the last clone says. */
  get log(): string {
    return this.agent.upstream.savedText("clone");
  }

  /** Clones by these variables into an empty directory; tells whether that went well. */
  async clone(
    environment: Readonly<Record<string, string>>,
    options: Partial<AgentOptions> & { signal?: AbortSignal } = {},
  ): Promise<boolean> {
    await Deno.remove(this.directory, { recursive: true }).catch(() => {});
    return await this.cloneHere(environment, options);
  }

  /** Clones over what is in the directory. */
  async cloneHere(
    environment: Readonly<Record<string, string>>,
    options: Partial<AgentOptions> & { signal?: AbortSignal } = {},
  ): Promise<boolean> {
    this.agent.upstream.commands = { commands: [CLONE], environment: { ...environment } };
    const outcome = await this.agent.run(options);
    return outcome.kind === "finished" && outcome.passed;
  }

  /** Runs git in the clone. */
  async git(...args: string[]): Promise<string> {
    return await git(this.directory, ...args);
  }

  /** The text of a file in the clone. */
  async read(path: string): Promise<string> {
    return await Deno.readTextFile(join(this.directory, path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
  }
}
