import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { LogReader } from "../../../lib/agent/logs/log_reader.ts";
import { LogSpool, PAGE_BYTES } from "../../../lib/agent/logs/log_spool.ts";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { needsRoot, smallDisk } from "../../helpers/small_disk.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const forever = new AbortController().signal;

function spoolIn(
  directory: string,
  options: { stallMs?: number; onDiskFailure?: (error: unknown) => void } = {},
) {
  return new LogSpool({
    directory,
    stallMs: 20_000,
    onDiskFailure: (error) => assert.fail(String(error)),
    ...options,
  });
}

/** Bytes that tell where they stand. */
function numbered(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 2654435761) >>> 24);
}

async function readAll(reader: LogReader): Promise<{ data: Buffer; lost: number }> {
  const parts: Uint8Array[] = [];
  let lost = 0;
  for (let piece; (piece = await reader.next(forever));) {
    parts.push(piece.data);
    lost += piece.lost;
  }
  return { data: Buffer.concat(parts), lost };
}

Deno.test("a small log stays in memory", async () => {
  await using directory = await temporaryDirectory();
  await using spool = spoolIn(directory.path);
  await spool.append([Buffer.from("one "), Buffer.from("two")]);
  spool.end();
  using reader = new LogReader(spool);
  assert.equal((await readAll(reader)).data.toString(), "one two");
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
});

Deno.test("a large log goes to a file, is read back byte by byte, and its file goes with it", async () => {
  await using directory = await temporaryDirectory();
  const content = numbered(20 * PAGE_BYTES + 17);
  {
    await using spool = spoolIn(directory.path);
    for (let at = 0; at < content.length; at += 100_003) {
      await spool.append([content.subarray(at, at + 100_003)]);
    }
    spool.end();
    assert.equal([...Deno.readDirSync(directory.path)].length, 1);
    assert.ok(spool.whole);
    for (let time = 0; time < 2; time++) {
      using reader = new LogReader(spool);
      assert.ok((await readAll(reader)).data.equals(content));
    }
  }
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
});

Deno.test("a log is read while it is written", async () => {
  await using directory = await temporaryDirectory();
  await using spool = spoolIn(directory.path);
  using reader = new LogReader(spool);
  const first = reader.next(forever);
  await spool.append([Buffer.from("one")]);
  assert.equal(Buffer.from((await first)?.data ?? []).toString(), "one");
  const second = reader.next(forever);
  await spool.append([Buffer.from("two")]);
  assert.equal(Buffer.from((await second)?.data ?? []).toString(), "two");
  const end = reader.next(forever);
  spool.end();
  assert.equal(await end, undefined);
});

Deno.test("who waits for more can be told to stop", async () => {
  await using directory = await temporaryDirectory();
  await using spool = spoolIn(directory.path);
  using reader = new LogReader(spool);
  const stop = new AbortController();
  const waiting = reader.next(stop.signal);
  const reason = new AbortReason("finished", "enough");
  stop.abort(reason);
  await assert.rejects(waiting, reason);
});

Deno.test("what overlaps in time is kept in order", async () => {
  await using directory = await temporaryDirectory();
  await using spool = spoolIn(directory.path);
  const parts = Array.from({ length: 40 }, (_, i) => new Uint8Array(PAGE_BYTES / 3).fill(i));
  await Promise.all(parts.map((part) => spool.append([part])));
  spool.end();
  using reader = new LogReader(spool);
  assert.ok((await readAll(reader)).data.equals(Buffer.concat(parts)));
});

Deno.test("a reader finds the beginning of a line, wherever the line is kept", async () => {
  await using directory = await temporaryDirectory();
  await using spool = spoolIn(directory.path);
  const line = Buffer.from(`${"x".repeat(99)}\n`);
  const lines = Buffer.concat(Array.from({ length: 40_000 }, () => line));
  await spool.append([lines]);
  using reader = new LogReader(spool);
  for (const position of [0, 1, 99, 100, 101, PAGE_BYTES + 5, lines.length - 1]) {
    await reader.seekLine(position, forever);
    assert.equal(reader.position, Math.floor(position / 100) * 100, `from ${position}`);
  }
});

Deno.test("a full disk: nothing is lost to a reader that keeps up", needsRoot, async () => {
  await using disk = await smallDisk({ bytes: 4 * PAGE_BYTES });
  const failures: unknown[] = [];
  await using spool = spoolIn(disk.path, { onDiskFailure: (error) => failures.push(error) });
  const content = numbered(100 * PAGE_BYTES);
  using reader = new LogReader(spool);
  const parts: Uint8Array[] = [];
  const reading = (async () => {
    for (let piece; (piece = await reader.next(forever));) {
      assert.equal(piece.lost, 0);
      parts.push(piece.data);
      spool.release(reader.position);
    }
  })();
  for (let at = 0; at < content.length; at += 65_536) await spool.append([content.subarray(at, at + 65_536)]);
  spool.end();
  await reading;
  assert.equal(failures.length, 1);
  assert.equal(spool.whole, false);
  assert.ok(Buffer.concat(parts).equals(content));
});

Deno.test("a full disk: a log that still fits into memory is whole", needsRoot, async () => {
  await using disk = await smallDisk({ bytes: 4 * PAGE_BYTES });
  await disk.fill();
  const failures: unknown[] = [];
  await using spool = spoolIn(disk.path, { onDiskFailure: (error) => failures.push(error) });
  const content = numbered(10 * PAGE_BYTES);
  await spool.append([content]);
  await spool.append([content]);
  spool.end();
  using reader = new LogReader(spool);
  assert.ok((await readAll(reader)).data.equals(Buffer.concat([content, content])));
  assert.equal(failures.length, 1);
  assert.ok(spool.whole);
});

Deno.test(
  "a full disk and a reader that hangs: the oldest is dropped, the writer goes on",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 4 * PAGE_BYTES });
    await disk.fill();
    await using spool = spoolIn(disk.path, { stallMs: 1, onDiskFailure: () => {} });
    const content = numbered(100 * PAGE_BYTES);
    for (let at = 0; at < content.length; at += 65_536) {
      await spool.append([
        content.subarray(at, at + 65_536),
      ]);
    }
    spool.end();
    assert.equal(spool.whole, false);
    using reader = new LogReader(spool);
    const { data, lost } = await readAll(reader);
    assert.ok(lost > 0);
    assert.equal(lost + data.length, content.length);
    assert.ok(data.equals(content.subarray(lost)));
  },
);
