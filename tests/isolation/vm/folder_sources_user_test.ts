import assert from "node:assert/strict";
import { join } from "node:path";
import { provideSource } from "../../../lib/isolation/vm/folder_sources.ts";
import { findUser } from "../../../lib/process/user/find_user.ts";
import { runProgramsAs } from "../../../lib/process/user/program_user.ts";
import { needsRoot } from "../../helpers/small_disk.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { recordingLedger } from "../recording_ledger.ts";

// The choice holds for this file only: every test file has a program of its own.
const USER = await findUser("daemon");
if (!needsRoot.ignore) runProgramsAs(USER);

Deno.test(
  "a folder is made, and removed with what is read-only in it, in the name of who runs programs",
  needsRoot,
  async () => {
    await using directory = await temporaryDirectory();
    await Deno.chmod(directory.path, 0o1777);
    const source = join(directory.path, "made");
    const { ledger } = recordingLedger();
    const provided = await provideSource(source, { ledger });
    assert.equal((await Deno.stat(source)).uid, USER.uid);
    await Deno.mkdir(join(source, "below"));
    await Deno.writeTextFile(join(source, "below", "file"), "");
    await Deno.chown(join(source, "below"), USER.uid, USER.gid);
    await Deno.chmod(join(source, "below"), 0o500);
    await provided[Symbol.asyncDispose]();
    assert.deepEqual([...Deno.readDirSync(directory.path)], []);
  },
);

Deno.test(
  "what only root may remove is not cleaned up for a task, neither now nor by the next start",
  needsRoot,
  async () => {
    await using directory = await temporaryDirectory();
    await Deno.chmod(directory.path, 0o755);
    const source = join(directory.path, "of-root");
    await Deno.mkdir(source);
    const { ledger, claimed } = recordingLedger();
    const provided = await provideSource(source, { ledger, cleanup: true });
    await assert.rejects(
      async () => await provided[Symbol.asyncDispose](),
      /Running rm: .*Permission denied/,
    );
    assert.ok((await Deno.stat(source)).isDirectory);
    assert.deepEqual(claimed(), []);
  },
);
