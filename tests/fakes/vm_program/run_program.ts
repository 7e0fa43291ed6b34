import { type Call, existing } from "./call.ts";
import { type Dialect, type Failure, ProgramFailure } from "./dialect.ts";
import { GrammarError, parseCommand } from "./grammar.ts";
import { runVm } from "./run_vm.ts";
import { until } from "./until.ts";
import { type FakeImage, VmHome } from "./vm_home.ts";

/** How often `ip --wait` and `stop --timeout` look again. */
const LOOK_MS = 20;

/** Does what one call of a fake program is to do; resolves with its exit code. */
export async function runProgram(dialect: Dialect, argv: readonly string[]): Promise<number> {
  const home = new VmHome(Deno.env.get(dialect.homeVariable) ?? "");
  home.record({ argv, environment: Deno.env.toObject() });
  try {
    const command = parseCommand(dialect.grammar, argv);
    if (await struck(command.subcommand, home)) return 1;
    return await COMMANDS[command.subcommand]?.({ command, home, dialect }) ?? 0;
  } catch (error) {
    if (error instanceof GrammarError) return fail(dialect.describeMisuse(error.message));
    if (error instanceof ProgramFailure) return fail(dialect.describe(error.problem));
    throw error;
  }
}

const COMMANDS: Readonly<Record<string, (call: Call) => number | void | Promise<number | void>>> = {
  pull,
  clone,
  set,
  run: runVm,
  ip,
  get,
  list,
  stop,
  delete: remove,
};

function fail({ text, exitCode }: Failure): number {
  console.error(text);
  return exitCode;
}

/** Lets a fault of the test's strike; true where the call has failed by it. */
async function struck(subcommand: string, home: VmHome): Promise<boolean> {
  const fault = home.fault(subcommand);
  if (fault === undefined) return false;
  if (fault.times !== undefined) {
    home.setFault(subcommand, fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined);
  }
  if (fault.holds) await until(() => home.fault(subcommand)?.holds !== true);
  if (fault.fails === undefined) return false;
  console.error(fault.fails);
  return true;
}

function pull({ command, home }: Call): void {
  const [image = ""] = command.names;
  pullImage(image, home);
}

function pullImage(image: string, home: VmHome): FakeImage {
  if (!/^[\w.-]+(:\d+)?\/[\w./-]+[:@][\w.:-]+$/.test(image)) {
    throw new ProgramFailure({ kind: "no image name", image });
  }
  const facts = home.registered(image);
  if (facts === undefined) throw new ProgramFailure({ kind: "no image", image });
  home.cache(image, facts);
  return facts;
}

function clone({ command, home }: Call): void {
  const [image = "", name = ""] = command.names;
  const facts = home.cached(image) ?? home.vm(image) ?? pullImage(image, home);
  if (home.vm(name)) throw new ProgramFailure({ kind: "name taken", name });
  home.saveVm(name, { os: facts.os, diskSize: facts.diskSize, guest: facts.guest, image, settings: {} });
}

function set(call: Call): void {
  const { command, home } = call;
  const { name, vm } = existing(call);
  const asked = Number(command.options.get("--disk-size")?.[0] ?? vm.diskSize);
  if (asked < vm.diskSize) throw new ProgramFailure({ kind: "smaller disk", asked, has: vm.diskSize });
  const given = [...command.options].map(([option, values]) => [option, values.join(" ")]);
  home.saveVm(name, { ...vm, diskSize: asked, settings: { ...vm.settings, ...Object.fromEntries(given) } });
}

async function ip(call: Call): Promise<void> {
  const { command, home } = call;
  const { name } = existing(call);
  const address = () => readText(home.vmFile(name, "guest/address"));
  const seconds = Number(command.options.get("--wait")?.[0] ?? 0);
  if (!await until(() => address() !== undefined, { seconds, everyMs: LOOK_MS })) {
    throw new ProgramFailure({ kind: "no address" });
  }
  console.log(address());
}

function get(call: Call): void {
  const { command, home } = call;
  const { name, vm } = existing(call);
  const facts = {
    OS: vm.os,
    CPU: Number(vm.settings["--cpu"] ?? 4),
    Memory: Number(vm.settings["--memory"] ?? 8192),
    Disk: vm.diskSize,
    Display: vm.settings["--display"] ?? "1024x768",
    Running: home.runner(name) !== undefined,
    State: home.runner(name) === undefined ? "stopped" : "running",
  };
  const json = command.options.get("--format")?.[0] === "json";
  console.log(json ? JSON.stringify(facts, undefined, 2) : Object.entries(facts).flat().join(" "));
}

function list({ command, home }: Call): void {
  if (!command.options.has("--quiet") && !command.options.has("-q")) console.log("Source Name");
  const source = command.options.get("--source")?.[0];
  if (source !== "oci") { for (const name of home.vmNames()) console.log(name); }
  if (source !== "local") { for (const name of home.cachedNames()) console.log(name); }
}

async function stop(call: Call): Promise<void> {
  const { command, home } = call;
  const { name } = existing(call);
  const runner = home.runner(name);
  if (runner === undefined) throw new ProgramFailure({ kind: "not running", name });
  Deno.kill(runner, "SIGINT");
  const seconds = Number(command.options.get("--timeout")?.[0] ?? command.options.get("-t")?.[0] ?? 30);
  const over = () => home.runner(name) === undefined;
  if (await until(over, { seconds, everyMs: LOOK_MS })) return;
  Deno.kill(runner, "SIGKILL");
  await until(over, { everyMs: LOOK_MS });
}

function remove({ command, home, dialect }: Call): void {
  for (const name of command.names) {
    if (!home.vm(name)) throw new ProgramFailure({ kind: "no VM", name });
    if (home.runner(name) !== undefined && dialect.name === "vetu") {
      throw new ProgramFailure({ kind: "running", name });
    }
    home.removeVm(name);
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
