import assert from "node:assert/strict";
import { equals, fromBinary } from "@bufbuild/protobuf";
import { checkValue } from "../../../lib/config/reading/check_value.ts";
import { readStrictYaml } from "../../../lib/diagnostics/strict_yaml.ts";
import { parsePipeline } from "../../../lib/pipeline/parse.ts";
import { standbyOptions } from "../../../lib/worker/standby/standby_options.ts";
import {
  type Isolation,
  IsolationSchema,
  PersistentWorkerInstanceSchema,
  type StandbyInstanceParameters,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";

function check(source: string) {
  const { root, diagnostics } = readStrictYaml(source, { path: "standby.yml" });
  assert.deepEqual(diagnostics, []);
  assert.ok(root);
  return checkValue<StandbyInstanceParameters>(root, standbyOptions);
}

function read(source: string): StandbyInstanceParameters {
  const checked = check(source);
  assert.ok(checked.kind === "good", checked.kind === "bad" ? JSON.stringify(checked.problems) : "");
  return checked.value;
}

function problems(source: string): string[] {
  const checked = check(source);
  assert.ok(checked.kind === "bad", source);
  return checked.problems.map(({ message }) => message);
}

/** What the pipeline makes of a task with that isolation. */
async function isolationOfTask(isolation: string): Promise<Isolation | undefined> {
  const { tasks } = await parsePipeline(`t_task:\n  persistent_worker:\n    isolation: ${isolation}\n`, {
    environment: new Map(),
    affectedFiles: [],
    files: { read: () => Promise.resolve(new Uint8Array()), list: () => Promise.resolve(undefined) },
    path: ".cirrus.yml",
  });
  const value = tasks[0]?.instance?.value ?? new Uint8Array();
  return fromBinary(PersistentWorkerInstanceSchema, value).isolation;
}

Deno.test("an isolation equals that of a task which says the same, in every field", async () => {
  const isolations = [
    "{tart: {image: a}}",
    "{tart: {image: 1.10, user: 007, password: '', port: 2222, cpu: 4, memory: 12, softnet: true, display: 1x1}}",
    "{tart: {image: $FOO, memory: 512m, volumes: [{name: n, source: /a, target: /b, readonly: true}, {source: c}]}}",
    "{vetu: {image: a, user: u, password: p, port: 1, cpu: 2, memory: 4G, disk_size: 100}}",
    "{vetu: {image: a, networking: {host: {}}}}",
    "{vetu: {image: yes, networking: {host: }}}",
  ];
  for (const isolation of isolations) {
    const ours = read(`isolation: ${isolation}`).isolation;
    const task = await isolationOfTask(isolation);
    assert.ok(ours && task && equals(IsolationSchema, ours, task), isolation);
  }
});

Deno.test("what only the protocol knows can be asked for by its names", () => {
  const tart =
    read("isolation: {tart: {image: a, disk_size: 50, nested: true, sync_time_over_ssh: true}}").isolation;
  assert.ok(tart?.type.case === "tart");
  const { diskSize, nested, syncTimeOverSsh, user } = tart.type.value;
  assert.deepEqual({ diskSize, nested, syncTimeOverSsh, user }, {
    diskSize: 50,
    nested: true,
    syncTimeOverSsh: true,
    user: "admin",
  });
  const vetu = read("isolation: {vetu: {image: a, standard_output_to_logs: true}}").isolation;
  assert.ok(vetu?.type.case === "vetu" && vetu.type.value.standardOutputToLogs);
});

Deno.test("resources and the warm-up are read, its timeout down to whole seconds", () => {
  const { resources, warmup } = read(
    "isolation: {tart: {image: a}}\nresources: {vms: 1}\nwarmup: {script: make, timeout: 1m30.9s}\n",
  );
  assert.deepEqual(resources, { vms: 1 });
  assert.deepEqual([warmup?.script, warmup?.timeoutSeconds], ["make", 90n]);
});

Deno.test("unknown keys are errors at every depth", () => {
  assert.deepEqual(problems("isolation: {tart: {imge: a, image: a}}"), [
    'Unknown key "imge"; did you mean "image"?',
  ]);
  assert.deepEqual(problems("isolation: {tart: {image: a, volumes: [{source: a, raedonly: true}]}}"), [
    'Unknown key "raedonly"; did you mean "readonly"?',
  ]);
  assert.deepEqual(problems("isolation: {vetu: {image: a, networking: {host: {}, bridged: en0}}}"), [
    'Unknown key "bridged"',
  ]);
  assert.deepEqual(
    problems("isolation: {tart: {image: a}}\nwarmup: {script: a, time: 1s}\n"),
    [
      'Unknown key "time"; did you mean "timeout"?',
    ],
  );
});

Deno.test("the isolation must be one of Tart and Vetu, with an image", () => {
  assert.match(problems("resources: {a: 1}").join(), /needs an isolation/);
  for (const isolation of ["{}", "", "{none: {}}", "{container: {image: a}}", "tart", "[tart]"]) {
    assert.match(problems(`isolation: ${isolation}`).join(), /either tart or vetu/);
  }
  assert.match(problems("isolation: {tart: {image: a}, vetu: {image: a}}").join(), /either tart or vetu/);
  assert.match(problems("isolation: {tart: {}}").join(), /needs an image/);
  assert.match(problems("isolation: {tart: }").join(), /in a map below/);
});

Deno.test("values that a task could not have are refused", () => {
  assert.match(problems("isolation: {tart: {image: a, memory: 12GiB}}").join(), /no amount of memory/);
  assert.match(problems("isolation: {tart: {image: a, cpu: 1.5}}").join(), /no whole number/);
  assert.match(problems("isolation: {vetu: {image: a, networking: {}}}").join(), /host/);
  assert.match(problems("isolation: {tart: {image: a, volumes: [{name: a}]}}").join(), /needs "source"/);
});
