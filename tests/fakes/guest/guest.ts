import { join } from "node:path";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { eventually } from "../../helpers/eventually.ts";
import { ofProcesses } from "../../helpers/processes.ts";
import { linkExists, runOnHost } from "./host.ts";

export interface GuestOptions {
  /** `busybox` has neither bash nor perl; `macos` has the `uname`, `ps` and `stat` of macOS. */
  readonly userland?: "host" | "busybox" | "macos";
  /** Files of the home folder of `admin`, by name. */
  readonly home?: Readonly<Record<string, string>>;
  /** Of `admin`; `admin` when absent. */
  readonly password?: string;
  /** False leaves sshd off until `startSshd`. */
  readonly sshd?: boolean;
  /** Lines of sshd_config. */
  readonly sshdOptions?: readonly string[];
  /** As tmpfs takes it; 512m when absent. */
  readonly diskSize?: string;
  /** Seconds that the guest's clock is ahead. */
  readonly clockOffset?: number;
}

const BOOT = join(import.meta.dirname ?? ".", "boot.sh");

/** A guest that stands in for a virtual machine; boot.sh beside this file says what it is made of. Needs root. */
export class Guest implements AsyncDisposable {
  readonly address: string;
  readonly #init: number;
  readonly #link: string;
  readonly #resources: AsyncDisposable;
  #frozen = false;

  private constructor(state: GuestState, resources: AsyncDisposable) {
    this.address = state.address;
    this.#init = state.init;
    this.#link = state.link;
    this.#resources = resources;
  }

  /** Resolves once sshd takes connections, or at once where it is off. */
  static async start(options: GuestOptions = {}): Promise<Guest> {
    await using resources = new AsyncDisposableStack();
    const state = resources.use(await temporaryDirectory()).path;
    const home = resources.use(await temporaryDirectory()).path;
    for (const [name, content] of Object.entries(options.home ?? {})) {
      await Deno.writeTextFile(join(home, name), content, { mode: 0o755 });
    }
    const process = new Deno.Command(BOOT, {
      args: ["--state", state, "--home", home, "--until-eof", ...bootArguments(options)],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const failed = new Response(process.stderr).text().then((complaint) => {
      throw new Error(`The guest is over: ${complaint.trim()}`);
    });
    failed.catch(() => {});
    resources.defer(async () => {
      await process.stdin.close().catch(() => {});
      await process.status;
    });
    await Promise.race([failed, eventually(() => exists(join(state, "init")))]);
    const guest = new Guest(await readState(state), resources.move());
    await Promise.race([failed, (options.sshd ?? true) ? guest.#listens() : guest.#hasLeft()]);
    return guest;
  }

  /** One that boot.sh was started for elsewhere with `--state`, once it is up; disposing it leaves it running. */
  static async at(stateDirectory: string): Promise<Guest> {
    await eventually(() => exists(join(stateDirectory, "init")));
    const guest = new Guest(await readState(stateDirectory), new AsyncDisposableStack());
    await guest.#hasLeft();
    return guest;
  }

  /** Runs a script in the guest as root, and resolves with what it prints. Rejects when it fails. */
  async run(script: string): Promise<string> {
    return await runOnHost("setpriv", [
      ...["--bounding-set=-sys_time", "nsenter"],
      "--target",
      String(this.#init),
      ...["--mount", "--pid", "--net", "--uts", "--ipc", "--wdns=/"],
      ...["/bin/sh", "-ec", script],
    ]);
  }

  /** How often its kernel has refused a connection (`OutRsts`) or accepted one (`PassiveOpens`): proc(5), net/snmp. */
  async tcpCount(what: "OutRsts" | "PassiveOpens"): Promise<number> {
    const table = await Deno.readTextFile(`/proc/${this.#init}/net/snmp`);
    const [names, values] = table.split("\n").filter((line) => line.startsWith("Tcp: ")).map((line) =>
      line.split(" ")
    );
    return Number(values?.[names?.indexOf(what) ?? -1]);
  }

  /** Starts the sshd of a guest that was started without. */
  async startSshd(): Promise<void> {
    await this.run("touch /run/start-sshd");
    await this.#listens();
  }

  /** Gives sshd another host key; connections that there are go on. */
  async changeHostKey(): Promise<void> {
    const before = await this.#listener();
    await this.run(
      "rm /etc/ssh/key*; ssh-keygen -q -t ed25519 -N '' -C other -f /etc/ssh/key;" +
        'for pid in $(pidof sshd); do [ "$(cut -d" " -f4 /proc/$pid/stat)" != 1 ] || kill -KILL "$pid"; done',
    );
    await this.#listens(before);
  }

  /** Stops every process of the guest, as a host does that has no time for it. Its kernel still acknowledges. */
  async freeze(): Promise<void> {
    this.#frozen = true;
    for (let seen = -1, pids; (pids = await this.#processes()).length !== seen;) {
      for (const pid of pids) signal(pid, "SIGSTOP");
      seen = pids.length;
    }
  }

  async thaw(): Promise<void> {
    this.#frozen = false;
    for (const pid of await this.#processes()) signal(pid, "SIGCONT");
  }

  /**
   * Takes the network away: nothing arrives, and nothing says so. At the guest's end, so that what the host sends to
   * it goes nowhere else.
   */
  async cut(): Promise<void> {
    await this.run("ip link set eth0 down");
  }

  async mend(): Promise<void> {
    await this.run("ip link set eth0 up");
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    signal(this.#init, "SIGKILL");
    await eventually(async () => !await linkExists(this.#link));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#frozen) await this.thaw();
    await this.#resources[Symbol.asyncDispose]();
    await eventually(async () => !await linkExists(this.#link));
  }

  /** Waits for sshd to listen, with another socket than `before`. */
  async #listens(before?: string): Promise<void> {
    await eventually(async () => {
      const socket = await this.#listener();
      return socket !== undefined && socket !== before;
    });
  }

  /** The inode of the socket that listens on port 22, if there is one: /proc/net/tcp of proc(5). Connecting would count among what sshd lets in at a time. */
  async #listener(): Promise<string | undefined> {
    const table = await Deno.readTextFile(`/proc/${this.#init}/net/tcp`);
    const sockets = table.split("\n").map((line) => line.trim().split(/\s+/));
    return sockets.find(([, address, , state]) => address === "00000000:0016" && state === "0A")?.[9];
  }

  /** Its first process has this file once it has left the host's, where nothing must be done in its name. */
  async #hasLeft(): Promise<void> {
    await eventually(() => this.run("[ -e /run/init ]").then(() => true, () => false));
  }

  /** Numbers of its processes, by the host's count. */
  async #processes(): Promise<number[]> {
    const namespace = await Deno.readLink(`/proc/${this.#init}/ns/pid_for_children`);
    return ofProcesses((folder, pid) =>
      Deno.readLinkSync(`${folder}/ns/pid`) === namespace ? pid : undefined
    );
  }
}

interface GuestState {
  readonly address: string;
  readonly init: number;
  readonly link: string;
}

async function readState(directory: string): Promise<GuestState> {
  const read = async (name: string) => (await Deno.readTextFile(join(directory, name))).trim();
  return { address: await read("address"), init: Number(await read("init")), link: await read("link") };
}

function bootArguments(options: GuestOptions): string[] {
  const { userland, password, sshd = true, sshdOptions = [], diskSize, clockOffset } = options;
  return [
    ...userland ? ["--userland", userland] : [],
    ...password !== undefined ? ["--password", password] : [],
    ...sshd ? [] : ["--sshd-after", "never"],
    ...sshdOptions.flatMap((line) => ["--sshd-option", line]),
    ...diskSize ? ["--disk-size", diskSize] : [],
    ...clockOffset ? ["--clock-offset", String(clockOffset)] : [],
  ];
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
