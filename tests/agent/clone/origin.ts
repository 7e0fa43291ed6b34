import { Buffer } from "node:buffer";
import { dirname, join } from "node:path";
import { runCommand } from "../../../lib/process/run_command.ts";
import { git } from "../../helpers/git.ts";
import { GitHttpServer } from "../../helpers/git_http_server.ts";
import type { Certificate } from "../../helpers/tls_certificates.ts";

/** One file of a tree. Each character of its texts is a byte. */
export interface TreeEntry {
  readonly mode: "100644" | "120000";
  readonly name: string;
  readonly content: string;
}

/** A server with a repository `project.git`, and a work tree from which commits are pushed to it. */
export class Origin implements AsyncDisposable {
  readonly server: GitHttpServer;

  private constructor(server: GitHttpServer) {
    this.server = server;
  }

  /** Empty, but for the repository itself; over TLS with a certificate. */
  static async start(certificate?: Certificate): Promise<Origin> {
    const origin = new Origin(await GitHttpServer.start(certificate));
    await origin.add("project");
    return origin;
  }

  get url(): string {
    return this.server.url("project.git");
  }

  /** Adds another repository, with a work tree of its own. */
  async add(name: string): Promise<void> {
    const { root } = this.server;
    await git(root, "init", "--quiet", "--bare", "--initial-branch=main", `${name}.git`);
    await git(root, "init", "--quiet", "--initial-branch=main", name);
    await git(join(root, name), "remote", "add", "origin", join(root, `${name}.git`));
  }

  /** Commits files to the current branch and pushes it; resolves with the commit's id. */
  async commit(files: Readonly<Record<string, string | Uint8Array>>, name = "project"): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.server.root, name, path);
      await Deno.mkdir(dirname(file), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(file, content);
      else await Deno.writeFile(file, content);
    }
    await this.gitIn(name, "add", "--all");
    await this.gitIn(
      name,
      "commit",
      "--quiet",
      "--allow-empty",
      "--message",
      Object.keys(files).join(" ") || "nothing",
    );
    await this.gitIn(name, "push", "--quiet", "--force", "origin", "HEAD");
    return await this.gitIn(name, "rev-parse", "HEAD");
  }

  /** Pushes a commit with just this tree to the branch `main`, whatever git thinks of it. */
  async commitTree(entries: readonly TreeEntry[]): Promise<void> {
    const work = join(this.server.root, "project");
    const run = async (stdin: Uint8Array, ...args: string[]) => {
      const { stdout } = await runCommand(["git", ...args], { workingDirectory: work, stdin });
      return new TextDecoder().decode(stdout).trim();
    };
    const lines = [];
    for (const { mode, name, content } of entries) {
      const blob = await run(Buffer.from(content, "latin1"), "hash-object", "-w", "--stdin");
      lines.push(`${mode} blob ${blob}\t${name}\0`);
    }
    const tree = await run(Buffer.from(lines.join(""), "latin1"), "mktree", "-z");
    const commit = await this.git("commit-tree", "-m", "tree", tree);
    await this.git("push", "--quiet", "--force", "origin", `${commit}:refs/heads/main`);
  }

  /** Runs git in the work tree of the project. */
  async git(...args: string[]): Promise<string> {
    return await this.gitIn("project", ...args);
  }

  /** Runs git in a work tree. */
  async gitIn(name: string, ...args: string[]): Promise<string> {
    return await git(join(this.server.root, name), ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
