import assert from "node:assert/strict";
import { join } from "node:path";
import { launchdOfHost, launchdOfUser } from "../../../lib/cli/service/launchd.ts";
import type { Service } from "../../../lib/cli/service/service.ts";
import { systemdOfHost, systemdOfUser } from "../../../lib/cli/service/systemd.ts";
import { taskScheduler } from "../../../lib/cli/service/task_scheduler.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

/** Arguments that every format has to write in its own way. */
const ARGUMENTS = ["worker", "run", "--name=a b", '--labels=x="1"', "--labels=p=50%$HOME\\", "--file=/a&<b>"];

const SERVICE: Service = {
  name: "cirrus-worker",
  description: "Persistent worker",
  argv: [Deno.execPath(), ...ARGUMENTS],
};

/** The arguments of `script`'s JSON output. */
async function python(script: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await runCommand(["python3", "-c", script, ...args]);
  return JSON.parse(new TextDecoder().decode(stdout));
}

for (
  const [whose, manager] of [["host", systemdOfHost], ["user", systemdOfUser("/home/ci/.config")]] as const
) {
  Deno.test({
    name: `systemd finds nothing wrong with the unit of a service of the ${whose}`,
    ...requireEngine("systemd"),
    async fn() {
      await using directory = await temporaryDirectory();
      const unit = join(directory.path, "cirrus-worker.service");
      await Deno.writeTextFile(unit, manager.define(SERVICE));
      const { stderr } = await runCommand(["systemd-analyze", "verify", "--man=no", unit]);
      // It complains about units of the host's packages, too.
      assert.deepEqual(stderr.split("\n").filter((line) => line.includes("cirrus-worker")), []);
    },
  });
}

Deno.test({
  name: "systemd refuses a unit that is wrong, so that its silence says something",
  ...requireEngine("systemd"),
  async fn() {
    await using directory = await temporaryDirectory();
    const unit = join(directory.path, "cirrus-worker.service");
    await Deno.writeTextFile(
      unit,
      systemdOfHost.define(SERVICE).replace("KillMode=mixed", "KillMode=sometimes"),
    );
    const { stderr } = await runCommand(["systemd-analyze", "verify", "--man=no", unit], { anyStatus: true });
    assert.match(stderr, /cirrus-worker.*KillMode|Failed to parse kill mode/);
  },
});

Deno.test("a unit's command line is quoted as systemd reads it", () => {
  const line = systemdOfHost.define({ ...SERVICE, argv: ["/usr/bin/cirrus", ...ARGUMENTS] }).split("\n")
    .find((line) => line.startsWith("ExecStart="));
  assert.equal(
    line,
    'ExecStart=/usr/bin/cirrus worker run "--name=a b" "--labels=x=\\"1\\"" ' +
      '"--labels=p=50%%$$HOME\\\\" "--file=/a&<b>"',
  );
});

Deno.test({
  name: "a job of launchd is a property list with the arguments as they are",
  ...requireEngine("python3"),
  async fn() {
    for (const manager of [launchdOfHost, launchdOfUser({ home: "/Users/ci", uid: 501 })]) {
      const list = await python(
        "import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.argv[1].encode())))",
        manager.define(SERVICE),
      );
      assert.ok(typeof list === "object" && list !== null && "ProgramArguments" in list && "Label" in list);
      assert.equal(list.Label, "cirrus-worker");
      assert.deepEqual(list.ProgramArguments, SERVICE.argv);
    }
  },
});

Deno.test("a job of launchd is started and ended in the domain of its owner", () => {
  const user = launchdOfUser({ home: "/Users/ci", uid: 501 });
  assert.deepEqual(user.startCommands("w"), [
    ["launchctl", "bootstrap", "gui/501", "/Users/ci/Library/LaunchAgents/w.plist"],
  ]);
  assert.deepEqual(launchdOfHost.endCommands("w"), [["launchctl", "bootout", "system/w"]]);
});

Deno.test({
  name: "a task of Windows' scheduler is XML whose arguments a program splits again",
  ...requireEngine("python3"),
  async fn() {
    const found = await python(
      `
import json, sys, xml.etree.ElementTree as tree
n = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
execute = tree.fromstring(sys.argv[1].encode()).find(f".//{n}Exec")
print(json.dumps([execute.find(n + "Command").text, execute.find(n + "Arguments").text]))`,
      taskScheduler("C:\\ProgramData").define(SERVICE),
    );
    assert.deepEqual(found, [
      Deno.execPath(),
      'worker run "--name=a b" "--labels=x=\\"1\\"" --labels=p=50%$HOME\\ --file=/a&<b>',
    ]);
  },
});
