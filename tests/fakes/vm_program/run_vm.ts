import { type Call, existing } from "./call.ts";
import { ProgramFailure } from "./dialect.ts";
import { until } from "./until.ts";

const BOOT = new URL("../guest/boot.sh", import.meta.url).pathname;

/** `run`: boots the guest of a VM and stays until that ends, or a signal ends it. */
export async function runVm(call: Call): Promise<number> {
  const { command, home, dialect } = call;
  const { name, vm } = existing(call);
  const wrong = dialect.checkRun(command);
  if (wrong) throw new ProgramFailure(wrong);
  using lock = Deno.openSync(home.vmFile(name, "run.lock"), { write: true, create: true });
  // Whoever looks whether the VM runs holds the lock for a moment, too.
  if (!await until(() => lock.tryLockSync(true), { seconds: 0.5 })) {
    throw new ProgramFailure({ kind: "running", name });
  }
  const others = home.running().filter((other) => other !== name && home.vm(other)?.os === vm.os);
  if (others.length >= (dialect.limits[vm.os] ?? Infinity)) {
    throw new ProgramFailure({ kind: "too many", running: others });
  }
  Deno.writeTextFileSync(home.vmFile(name, "run.pid"), String(Deno.pid));
  const state = home.vmFile(name, "guest");
  Deno.mkdirSync(state, { recursive: true });
  const shares = (command.options.get("--dir") ?? []).flatMap((value) => ["--share", share(value, vm.os)]);
  const guest = new Deno.Command("/bin/sh", {
    args: [BOOT, "--state", state, "--until-eof", ...userland(vm.os), ...vm.guest, ...shares],
    // The guest dies with this process, however that ends: its standard input is at its end then.
    stdin: "piped",
  }).spawn();
  let stopped = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      stopped = true;
      guest.kill("SIGTERM");
    });
  }
  console.log(`${dialect.name}: ${name} boots`);
  const { code } = await guest.status;
  if (!stopped) console.error(`guest has stopped the virtual machine (${code})`);
  return stopped ? 0 : 1;
}

/** What `boot.sh` calls a `--dir NAME:PATH[:OPTIONS]`: macOS mounts it by itself, Linux only when it is told to. */
function share(value: string, os: "darwin" | "linux"): string {
  const [name, path = "", options = ""] = value.split(":");
  if (!Deno.statSync(path).isDirectory) {
    throw new ProgramFailure({ kind: "wrong value", message: `${path} is not a directory` });
  }
  const folder = os === "darwin" ? "/Volumes/My Shared Files" : "/run/virtiofs";
  return `${path}:${folder}/${name}${options.split(",").includes("ro") ? ":ro" : ""}`;
}

function userland(os: "darwin" | "linux"): string[] {
  return os === "darwin" ? ["--userland", "macos"] : [];
}
