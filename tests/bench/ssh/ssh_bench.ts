import { createCipheriv } from "node:crypto";
import { HostKeyPin } from "../../../lib/machine/ssh/host_key_pin.ts";
import type { Machine } from "../../../lib/machine/machine.ts";
import { openSshMachine } from "../../../lib/machine/ssh/open_ssh_machine.ts";
import { SSH_BOUNDS } from "../../../lib/machine/ssh/ssh_bounds.ts";
import { SshConnection } from "../../../lib/machine/ssh/ssh_connection.ts";
import { Guest } from "../../fakes/guest/guest.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { type BenchOptions, type Figure, median, percentile } from "../figure.ts";
import { ProcessMeter } from "../process_meter.ts";
import { openSftp } from "../../machine/ssh/sftp_client.ts";
import { type PlainSsh, plainSsh } from "./plain_ssh.ts";

const BYTES = 200_000_000;
const signal = new AbortController().signal;
const login = (guest: Guest) => ({ hostname: guest.address, user: "admin", password: "admin" });
const open = (guest: Guest) => openSshMachine(login(guest), { signal });

/** A VM by SSH, beside what OpenSSH's own programs need for the same. Needs root: the VM is a guest of namespaces. */
export async function ssh(options: BenchOptions): Promise<Figure[]> {
  await using guest = await Guest.start();
  await using plain = await plainSsh("admin");
  return [
    ...await commands(guest, plain, options),
    ...await output(guest, plain, options),
    ...await files(guest, plain, options),
  ];
}

async function commands(guest: Guest, plain: PlainSsh, { runs }: BenchOptions): Promise<Figure[]> {
  const handshakes: number[] = [];
  const first: number[] = [];
  const second: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run++) {
    handshakes.push(
      await timed(async () => {
        using _connection = await SshConnection.open(login(guest), {
          pin: new HostKeyPin(),
          bounds: SSH_BOUNDS,
          signal,
        });
      }),
    );
    const start = performance.now();
    await using machine = await open(guest);
    const process = await spawn(machine, ["echo", "first line"]);
    const reader = process.output.getReader();
    await reader.read();
    first.push(performance.now() - start);
    await reader.cancel();
    await process.status;
    second.push(await timed(async () => void await (await spawn(machine, ["true"])).status));
    bare.push(await plain.run("ssh", [`admin@${guest.address}`, "echo first line"]));
  }
  const limit = { most: Math.round(median(bare)) };
  return [
    { name: "VM's sshd ready to a script's first line", unit: "ms", values: first, target: limit },
    { name: "the limit: one SSH handshake", unit: "ms", values: handshakes },
    { name: "the same by plain ssh", unit: "ms", values: bare },
    { name: "a second command on the same VM", unit: "ms", values: second, target: limit },
  ];
}

async function output(guest: Guest, plain: PlainSsh, { runs }: BenchOptions): Promise<Figure[]> {
  await using machine = await open(guest);
  const meter = new ProcessMeter(Deno.pid);
  const speeds: number[] = [];
  const bare: number[] = [];
  const growths: number[] = [];
  const read = async () => {
    let bytes = 0;
    const process = await spawn(machine, ["head", "-c", String(BYTES), "/dev/zero"]);
    for await (const chunk of process.output) bytes += chunk.length;
    await process.status;
    if (bytes !== BYTES) throw new Error(`${bytes} bytes came of ${BYTES}`);
  };
  // What it takes to get going: only what comes on top from then on would be a queue.
  await read();
  for (let run = 0; run < Math.ceil(runs / 3); run++) {
    const idle = meter.resetPeakMemory();
    speeds.push(megabytesPerSecond(await timed(read)));
    growths.push((meter.peakMemory() - idle) / 1e6);
    const args = [`admin@${guest.address}`, `head -c ${BYTES} /dev/zero`];
    bare.push(megabytesPerSecond(await plain.run("ssh", args)));
  }
  return [
    { name: "200 MB out of a VM", unit: "MB/s", values: speeds },
    { name: "the same by plain ssh", unit: "MB/s", values: bare },
    {
      name: "memory while it does, more than after a first time (peak)",
      unit: "MB",
      values: growths,
      target: { most: 60 },
      judge: (values) => percentile(values, 100),
    },
  ];
}

/** Files, beside scp and SFTP by the library that we use; the worker does without the latter, as ssh_files.ts says. */
async function files(guest: Guest, plain: PlainSsh, { runs }: BenchOptions): Promise<Figure[]> {
  await using machine = await open(guest);
  await using sftp = await openSftp(guest);
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/file`;
  await Deno.writeFile(path, new Uint8Array(BYTES));
  const into = async () => await machine.files.write("/tmp/file", (await Deno.open(path)).readable);
  const byScp = async () => void await plain.run("scp", [path, `admin@${guest.address}:/tmp/file`]);
  const out = async () => {
    const file = await Deno.create(`${directory.path}/out`);
    await (await machine.files.read("/tmp/file")).pipeTo(file.writable);
  };
  const small = new Uint8Array(1_000);
  const works: readonly [name: string, unit: "MB/s" | "ms", work: () => Promise<void>][] = [
    ["200 MB into a VM", "MB/s", into],
    ["the same by scp", "MB/s", byScp],
    ["the same by SFTP", "MB/s", () => sftp.put(path, "/tmp/file")],
    ["200 MB out of a VM into a file", "MB/s", out],
    ["the same by SFTP", "MB/s", () => sftp.get("/tmp/file", `${directory.path}/out`)],
    ["1 kB into a VM", "ms", () => machine.files.write("/tmp/small", small)],
    ["the same by SFTP", "ms", () => sftp.write("/tmp/small", small)],
  ];
  const figures = works.map(([name, unit]) => ({ name, unit, values: new Array<number>() }));
  for (let run = 0; run < Math.ceil(runs / 3); run++) {
    for (const [i, [, unit, work]] of works.entries()) {
      const ms = await timed(work);
      figures[i]?.values.push(unit === "ms" ? ms : megabytesPerSecond(ms));
    }
  }
  const limit = Array.from({ length: Math.ceil(runs / 3) }, encryption);
  return [...figures, {
    name: "the limit: Deno's AES-128-GCM, block by block",
    unit: "MB/s",
    values: limit,
  }];
}

/** The cipher that both sides agree on, for as many bytes in SSH's packets. */
function encryption(): number {
  const block = new Uint8Array(32 * 1024);
  const start = performance.now();
  for (let bytes = 0; bytes < BYTES; bytes += block.length) {
    const cipher = createCipheriv("aes-128-gcm", new Uint8Array(16), new Uint8Array(12));
    cipher.update(block);
    cipher.final();
  }
  return megabytesPerSecond(performance.now() - start);
}

async function spawn(machine: Machine, argv: [string, ...string[]]) {
  return await machine.spawn({ argv, environment: machine.environment, workingDirectory: "/tmp" }, {
    signal,
  });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function megabytesPerSecond(ms: number): number {
  return BYTES / 1e6 / (ms / 1000);
}
