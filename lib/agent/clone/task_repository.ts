import { join } from "node:path";
import { removeTree } from "../../machine/local/remove_tree.ts";
import { packTar } from "../../machine/local/tar.ts";
import type { Platform } from "../../machine/machine.ts";
import type { Revision } from "./clone_request.ts";
import { gitConfig, type GitSetting } from "./git_config.ts";
import type { HostGit } from "./host_git.ts";
import type { RepositoryUrl } from "./repository_url.ts";
import type { Submodule } from "./submodule.ts";

/**
 * What git would do to a file on its way out: leave it out, write into it, change its line ends. The tree is to be
 * exactly as committed. These win over the tree's own `.gitattributes`.
 */
const AS_COMMITTED = "* -export-ignore -export-subst -text -eol -ident -filter\n";

/** What of the repository belongs to the clone: everything but those attributes. */
const DELIVERED = ["HEAD", "config", "index", "objects", "packed-refs", "refs", "shallow"];

/** Holds the commit to stand on until HEAD does. */
const CHANGE = "refs/cirrus/change";

/** Where in an index the number of its entries is, in 4 bytes. */
const COUNT_AT = 8;

/** A task's own repository on this host, which borrows nothing from the mirror and never has a file checked out. */
export class TaskRepository {
  readonly #parent: string;
  readonly #git: HostGit;

  /** `parent` is an existing folder, for `.git`. */
  constructor(parent: string, options: { git: HostGit }) {
    this.#parent = parent;
    this.#git = options.git;
  }

  get #path(): string {
    return join(this.#parent, ".git");
  }

  /** Takes a revision out of a mirror that holds it, and stands on it. */
  async take(mirror: string, revision: Revision): Promise<void> {
    const { ref, change, branch, depth } = revision;
    await this.#run("init", "--quiet", "--bare", "--template=");
    if (depth === undefined) await this.#takeWhole(mirror, revision);
    else await this.#takeDepth(mirror, { ...revision, depth });
    const head = await this.#run("rev-parse", "--verify", `${change ?? ref?.local}^{commit}`);
    if (branch !== undefined) await this.#run("update-ref", `refs/heads/${branch}`, head);
    if (branch !== undefined) await this.#run("symbolic-ref", "HEAD", `refs/heads/${branch}`);
    else await this.#run("update-ref", "--no-deref", "HEAD", head);
    if (change !== undefined) await this.#run("update-ref", "-d", CHANGE);
    await this.#run("read-tree", "HEAD");
  }

  /**
   * The history as a whole: one pack, written with its index from what the mirror has packed already. A fetch would
   * send the same through pipes and then look at every object, which takes eight times as much work.
   */
  async #takeWhole(mirror: string, { ref, change, tags }: Revision): Promise<void> {
    const merged = [ref?.remote, change].flatMap((tip) => tip === undefined ? [] : [`--merged=${tip}`]);
    const listing = [
      ...ref ? [await this.#listRefs(mirror, [ref.remote])] : [],
      ...tags === "none"
        ? []
        : [await this.#listRefs(mirror, [...tags === "all" ? [] : merged, "refs/tags"])],
    ].join("");
    const refs = new Map(change === undefined ? [] : [[CHANGE, change]]);
    for (const line of listing.split("\n")) {
      const [id, name] = line.split(" ");
      if (id && name) refs.set(name === ref?.remote ? ref.local : name, id);
    }
    const lines = (values: Iterable<string>) => new TextEncoder().encode([...values, ""].join("\n"));
    const pack = join(this.#path, "objects", "pack", "pack");
    await this.#git.run(mirror, ["pack-objects", "--quiet", "--revs", "--delta-base-offset", pack], {
      stdin: lines(refs.values()),
    });
    await this.#git.run(this.#path, ["update-ref", "--stdin"], {
      stdin: lines(refs.entries().map(([name, id]) => `create ${name} ${id}`)),
    });
  }

  /** Lines of id and name. */
  async #listRefs(repository: string, patterns: readonly string[]): Promise<string> {
    return await this.#git.run(repository, [
      "for-each-ref",
      "--format=%(objectname) %(refname)",
      ...patterns,
    ]);
  }

  /** Some commits of the history: only a fetch cuts it off. */
  async #takeDepth(mirror: string, revision: Revision & { depth: number }): Promise<void> {
    const { ref, change, depth, tags } = revision;
    // Every object was checked on its way into the mirror; what is damaged since then is found all the same.
    await this.#git.with({ kinds: ["file"], credentials: undefined }).run(this.#path, [
      ...[
        "-c",
        "transfer.fsckObjects=false",
        "fetch",
        "--quiet",
        "--no-write-fetch-head",
        `--depth=${depth}`,
      ],
      ...tags === "followed" ? [] : ["--no-tags"],
      ...["--", `file://${mirror}`],
      ...ref ? [`+${ref.remote}:${ref.local}`] : [],
      ...change !== undefined ? [`${change}:${CHANGE}`] : [],
      ...tags === "all" ? ["+refs/tags/*:refs/tags/*"] : [],
    ]);
  }

  /** Forgets everything, for another try. */
  async clear(): Promise<void> {
    await removeTree(this.#path);
  }

  /** The id of the commit that HEAD is on. */
  async head(): Promise<string> {
    return await this.#run("rev-parse", "HEAD");
  }

  /** How many files the tree has: the index says so in its head, see gitformat-index(5). */
  async countFiles(): Promise<number> {
    using file = await Deno.open(join(this.#path, "index"));
    const head = new Uint8Array(COUNT_AT + 4);
    for (let read = 0; read < head.length;) {
      const count = await file.read(head.subarray(read));
      if (count === null) throw new Error("Reading the index of a clone: it ends too early");
      read += count;
    }
    return new DataView(head.buffer).getUint32(COUNT_AT);
  }

  /** Writes the clone's configuration, as `git clone` would in a machine of that platform. */
  async configure(
    { url, branch, platform, submodules }: {
      url: RepositoryUrl;
      branch: string | undefined;
      platform: Platform;
      submodules: readonly Submodule[];
    },
  ): Promise<void> {
    const windows = platform.os === "windows";
    const settings: GitSetting[] = [
      { section: "core", key: "repositoryformatversion", value: "0" },
      { section: "core", key: "filemode", value: String(!windows) },
      { section: "core", key: "bare", value: "false" },
      { section: "core", key: "logallrefupdates", value: "true" },
      ...windows ? [{ section: "core", key: "symlinks", value: "false" }] : [],
      ...windows || platform.os === "darwin" ? [{ section: "core", key: "ignorecase", value: "true" }] : [],
      ...platform.os === "darwin" ? [{ section: "core", key: "precomposeunicode", value: "true" }] : [],
      { section: "remote", name: "origin", key: "url", value: url.text },
      { section: "remote", name: "origin", key: "fetch", value: "+refs/heads/*:refs/remotes/origin/*" },
      ...branch === undefined ? [] : upstreamOf(branch),
      ...submodules.flatMap(({ name, url }) => [
        { section: "submodule", name, key: "active", value: "true" },
        { section: "submodule", name, key: "url", value: url.text },
      ]),
    ];
    await Deno.writeTextFile(join(this.#path, "config"), gitConfig(settings));
  }

  /** A tar of `.git`. */
  async packGit(options: { signal: AbortSignal }): Promise<ReadableStream<Uint8Array>> {
    const there = new Set<string>();
    for await (const { name } of Deno.readDir(this.#path)) there.add(name);
    const paths = DELIVERED.filter((name) => there.has(name)).map((name) => `.git/${name}`);
    return packTar(this.#parent, { paths, signal: options.signal, ownUser: true });
  }

  /** A tar of the tree. A tree, unlike a commit, gets the time of now: old times would hide changes from build tools. */
  async packTree(options: { signal: AbortSignal }): Promise<ReadableStream<Uint8Array>> {
    await Deno.mkdir(join(this.#path, "info"), { recursive: true });
    await Deno.writeTextFile(join(this.#path, "info", "attributes"), AS_COMMITTED);
    return this.#git.stream(this.#path, ["archive", "--format=tar", "HEAD^{tree}"], options);
  }

  /** Runs git in it; resolves with what that prints, without white space at the end. */
  async #run(...args: string[]): Promise<string> {
    return (await this.#git.run(this.#path, args)).trimEnd();
  }

  /** What git prints in it. */
  async read(...args: string[]): Promise<string> {
    return await this.#git.run(this.#path, args);
  }
}

function upstreamOf(branch: string): GitSetting[] {
  const pull = /^pull\/[0-9]+$/.test(branch);
  return [
    { section: "branch", name: branch, key: "remote", value: "origin" },
    {
      section: "branch",
      name: branch,
      key: "merge",
      value: `refs/${pull ? `${branch}/head` : `heads/${branch}`}`,
    },
  ];
}
