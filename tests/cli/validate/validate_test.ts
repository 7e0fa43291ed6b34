import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { parse as parseYaml } from "yaml";
import { runCli } from "../../../lib/cli/cli.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestIo } from "../test_io.ts";

type Files = Readonly<Record<string, string>>;

/** Runs `cirrus validate` in a directory with these files; `within` is where in it. */
async function validate(
  files: Files,
  args: readonly string[] = [],
  { stdin = "", within = ".", environment = {} }: {
    stdin?: string;
    within?: string;
    environment?: Readonly<Record<string, string>>;
  } = {},
) {
  await using folder = await temporaryDirectory();
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder.path, path)), { recursive: true });
    await Deno.writeTextFile(join(folder.path, path), text);
  }
  const io = new TestIo({ workingDirectory: join(folder.path, within), stdin, environment });
  const exitCode = await runCli(["validate", ...args], io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** What `--print=json` says of one file. */
async function print(source: string, args: readonly string[] = [], files: Files = {}) {
  const { exitCode, stdout, stderr } = await validate({ ".cirrus.yml": source, ...files }, [
    "--print=json",
    ...args,
  ]);
  assert.equal(stderr, "");
  return { exitCode, ...JSON.parse(stdout) };
}

const VALID = "a_task:\n  persistent_worker: {}\n  a_script: make\n";

const WRONG = `persistent_worker: {}
a_task:
  timeout_in: soon
  depnds_on: b
b_task:
\tenv: {A: b}
`;

Deno.test("a valid file ends with 0 and says how many tasks there are", async () => {
  assert.deepEqual(await validate({ ".cirrus.yml": VALID }), {
    exitCode: 0,
    stdout: ".cirrus.yml is valid: 1 task\n",
    stderr: "",
  });
});

Deno.test("all errors of a file are told with line and caret, then its warnings, and it ends with 1", async () => {
  const source =
    "a_task:\n  depnds_on: b\n  timeout_in: soon\nb_task:\n  persistent_worker: {resources: 1}\n";
  assert.deepEqual(await validate({ ".cirrus.yml": source }), {
    exitCode: 1,
    stdout: ".cirrus.yml is not valid: 3 errors, 1 warning\n",
    stderr:
      `.cirrus.yml:1:1: Reading "a_task": nothing says what the task runs on; add "persistent_worker: {}", or "container" with an image
  1 | a_task:
      ^
.cirrus.yml:3:3: Reading "timeout_in": "soon" is no duration, write one number such as 90s, 30m or 2h
  3 |   timeout_in: soon
        ^
.cirrus.yml:5:23: Reading "resources": it must be a map of numbers, this is a scalar
  5 |   persistent_worker: {resources: 1}
                            ^
.cirrus.yml:2:3: Warning: Reading "a_task": the key "depnds_on" is not known and has no effect; did you mean "depends_on"?
  2 |   depnds_on: b
        ^
`,
  });
});

Deno.test("warnings alone leave a file valid", async () => {
  const { exitCode, stdout, stderr } = await validate({ ".cirrus.yml": `${VALID}  alais: b\n` });
  assert.deepEqual([exitCode, stdout], [0, ".cirrus.yml is valid: 1 task, 1 warning\n"]);
  assert.match(
    stderr,
    /^\.cirrus\.yml:4:3: Warning: .* did you mean "alias"\?\n {2}4 \| {3}alais: b\n {8}\^\n$/,
  );
});

Deno.test("text that is no YAML is an error with its place", async () => {
  const { exitCode, stderr } = await validate({ ".cirrus.yml": WRONG });
  assert.equal(exitCode, 1);
  assert.match(stderr, /^\.cirrus\.yml:6:1: Reading YAML: /);
});

Deno.test("--print=json writes the tasks in protobuf's JSON form, their instance with its type", async () => {
  const source = `a_task:
  container: {image: "node:22", cpu: 1.1}
b_task:
  depends_on: a
  persistent_worker: {resources: {gpu: 0.1}}
  b_script: make
`;
  const base = {
    allow_failures: "false",
    experimental: "false",
    timeout_in: "3600",
    trigger_type: "AUTOMATIC",
  };
  assert.deepEqual(await print(source), {
    exitCode: 0,
    tasks: [
      {
        name: "a",
        instance: {
          "@type": "type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.ContainerInstance",
          image: "node:22",
          cpu: 1.1,
          memory: 4096,
        },
        environment: { CIRRUS_OS: "linux" },
        metadata: { properties: { ...base, indexWithinBuild: "0" } },
        commands: [{ name: "clone", cloneInstruction: {} }],
      },
      {
        localGroupId: "1",
        requiredGroups: ["0"],
        name: "b",
        instance: {
          "@type": "type.googleapis.com/org.cirruslabs.ci.services.cirruscigrpc.PersistentWorkerInstance",
          resources: { gpu: 0.1 },
        },
        metadata: { properties: { ...base, indexWithinBuild: "1" } },
        commands: [
          { name: "clone", cloneInstruction: {} },
          { name: "b", scriptInstruction: { scripts: ["make"] } },
        ],
      },
    ],
    issues: [],
  });
});

Deno.test("--print=json writes the issues of a file that is not valid to standard output, and ends with 1", async () => {
  const source = "a_task:\n  persistent_worker: {}\n  timeout_in: soon\n  alais: b\n";
  assert.deepEqual(await print(source), {
    exitCode: 1,
    tasks: [],
    issues: [
      {
        level: "ERROR",
        message: 'Reading "timeout_in": "soon" is no duration, write one number such as 90s, 30m or 2h',
        path: ".cirrus.yml",
        line: 3,
        column: 3,
      },
      {
        level: "WARNING",
        message: 'Reading "a_task": the key "alais" is not known and has no effect; did you mean "alias"?',
        path: ".cirrus.yml",
        line: 4,
        column: 3,
      },
    ],
  });
});

Deno.test("--print=yaml says the same as --print=json", async () => {
  const files = { ".cirrus.yml": `${VALID}  alais: b\n` };
  const { stdout: yaml } = await validate(files, ["--print=yaml"]);
  const { stdout: json } = await validate(files, ["--print", "json"]);
  assert.deepEqual(parseYaml(yaml), JSON.parse(json));
});

Deno.test("--file names another file, whose own files are read relative to it", async () => {
  const source = "a_task:\n  container: {dockerfile: ../Dockerfile}\n";
  const files = { ".git/HEAD": "", "Dockerfile": "FROM alpine\n", "ci/.cirrus.yml": source };
  const { exitCode, stdout, stderr } = await validate(files, ["--file", "ci/.cirrus.yml"]);
  assert.equal(stderr, "");
  assert.deepEqual([exitCode, stdout], [0, "ci/.cirrus.yml is valid: 2 tasks\n"]);
  assert.equal((await validate(files, [], { within: "ci" })).exitCode, 0);
});

Deno.test("a file outside of the repository is not read", async () => {
  const source = "a_task:\n  container: {dockerfile: ../Dockerfile}\n";
  const files = { ".git/HEAD": "", "Dockerfile": "FROM alpine\n", "ci/.git": "", "ci/.cirrus.yml": source };
  const { exitCode, stderr } = await validate(files, ["-f", "ci/.cirrus.yml"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^ci\/\.cirrus\.yml:2:15: .*outside of the project/);
});

Deno.test("--file=- reads standard input, and other files relative to the current directory", async () => {
  const stdin = "a_task:\n  container: {dockerfile: Dockerfile}\nb_task: {alias: [b], container: {}}\n";
  const { exitCode, stderr } = await validate({ Dockerfile: "FROM alpine\n" }, ["--file", "-"], { stdin });
  assert.equal(exitCode, 1);
  assert.match(stderr, /^<stdin>:3:10: Reading "alias": .*\n.*\n.*\n$/);
});

Deno.test("variables of --env and files of --affected-files decide what tasks there are", async () => {
  const source = `persistent_worker: {}
a_task: {name: "$NAME $OTHER", only_if: "$MODE == 'x'"}
b_task: {only_if: "changesInclude('docs/**')"}
`;
  const args = ["-e", "MODE=x", "-e", "NAME=named", "-e", "OTHER", "--affected-files", "a.ts,docs/b.md"];
  const files = { ".cirrus.yml": source };
  const { stdout } = await validate(files, ["--print=json", ...args], { environment: { OTHER: "host" } });
  assert.deepEqual(JSON.parse(stdout).tasks.map(({ name }: { name: string }) => name), ["named host", "b"]);
  assert.equal((await validate(files)).stdout, ".cirrus.yml is valid: 0 tasks\n");
});

Deno.test("a task without an instance is an error, or with --allow-missing-instances a task without one", async () => {
  const source = "a_task:\n  ec2_instance: {}\n";
  assert.equal((await print(source)).exitCode, 1);
  const { exitCode, tasks } = await print(source, ["--allow-missing-instances"]);
  assert.equal(exitCode, 0);
  assert.deepEqual([tasks.length, tasks[0].instance], [1, undefined]);
});

Deno.test("properties are those of --additional-task-property, and no others", async () => {
  const source = `persistent_worker: {}
stateful: $YES
a_task: {execution_lock: "lock $YES", required_pr_labels: [a, b]}
`;
  const without = await print(source, ["-e", "YES=true"]);
  assert.deepEqual(without.issues, []);
  assert.ok(!("stateful" in without.tasks[0].metadata.properties));
  const { tasks } = await print(source, [
    "-e",
    "YES=true",
    "--additional-task-property",
    "stateful:bool",
    "--additional-task-property=execution_lock:string",
    "--additional-task-property=required_pr_labels:list",
  ]);
  const { stateful, execution_lock, required_pr_labels } = tasks[0].metadata.properties;
  assert.deepEqual([stateful, execution_lock, required_pr_labels], ["true", "lock true", "a\nb"]);
});

Deno.test("--schema writes a JSON Schema, without any file", async () => {
  const { exitCode, stdout } = await validate({}, [
    "--schema",
    "--additional-task-property=priority:string",
    "--additional-instance=rack_instance:org.cirruslabs.ci.services.cirruscigrpc.MacOSInstance",
  ]);
  assert.equal(exitCode, 0);
  const { $schema, $defs, properties } = JSON.parse(stdout);
  assert.equal($schema, "https://json-schema.org/draft/2020-12/schema");
  assert.ok("priority" in $defs.task.properties);
  assert.ok("rack_instance" in properties && "cpu" in $defs.task.properties.rack_instance.properties);
});

for (
  const [what, files, args, message] of [
    ["there is no file", {}, [], /^No \.cirrus\.yml in /],
    [
      "there is only a Starlark file",
      { ".cirrus.star": "" },
      [],
      /^Cannot read \.cirrus\.star: Starlark is not/,
    ],
    [
      "the file is a Starlark one",
      { ".cirrus.star": "" },
      ["--file=.cirrus.star"],
      /^Cannot read \.cirrus\.star: Starlark is not/,
    ],
    ["the file is missing", {}, ["--file=none.yml"], /^Cannot read none\.yml: No such file/],
    ["the file is a directory", { "a/b": "" }, ["-f", "a"], /^Cannot read a: /],
    ["a schema of a file is wanted", {}, ["--schema", "--file=a"], /^--schema checks no file: /],
    [
      "the type of a property is unknown",
      {},
      ["--additional-task-property=a:b"],
      /expected NAME:bool, NAME:string/,
    ],
    ["a variable has no name", { ".cirrus.yml": VALID }, ["--env", "=a"], /^Cannot read a variable of --env/],
    ["the format is unknown", {}, ["--print=xml"], /^Invalid "xml" for --print: write one of json, yaml/],
  ] as const
) {
  Deno.test(`it ends with 2 and says what to do when ${what}`, async () => {
    const { exitCode, stdout, stderr } = await validate(files, args);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}

Deno.test("--additional-instance makes a key an instance that the host supplies", async () => {
  const source = "a_task: {vm: {image: i, memory: 4}}\n";
  const type = "org.cirruslabs.ci.services.cirruscigrpc.MacOSInstance";
  const { exitCode, tasks } = await print(source, [`--additional-instance=vm:${type}`]);
  assert.equal(exitCode, 0);
  assert.deepEqual(tasks[0].instance, { "@type": `type.googleapis.com/${type}`, image: "i", memory: 4096 });
});

Deno.test("--descriptor-set brings messages that only the host knows", async () => {
  const set = create(FileDescriptorSetSchema, {
    file: [{
      name: "host.proto",
      package: "host",
      syntax: "proto3",
      messageType: [{
        name: "Vm",
        field: [{
          name: "cpu",
          jsonName: "cpu",
          number: 1,
          type: FieldDescriptorProto_Type.FLOAT,
          label: FieldDescriptorProto_Label.OPTIONAL,
        }],
      }],
    }],
  });
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "host.binpb");
  await Deno.writeFile(path, toBinary(FileDescriptorSetSchema, set));
  const args = [`--descriptor-set=${path}`, "--additional-instance=vm:host.Vm"];
  const { exitCode, tasks } = await print("a_task: {vm: {cpu: 1.1}}\n", args);
  assert.equal(exitCode, 0);
  assert.deepEqual(tasks[0].instance, { "@type": "type.googleapis.com/host.Vm", cpu: 1.1 });
});

for (
  const [args, message] of [
    [["--additional-instance=vm"], /expected NAME:MESSAGE/],
    [["--additional-instance=vm:a.B"], /There is no message a\.B: name one of the descriptor set/],
    [["--descriptor-set=x"], /says nothing without --additional-instance/],
    [["--descriptor-set=nothing", "--additional-instance=vm:a.B"], /Cannot read nothing: /],
    [["--descriptor-set=.cirrus.yml", "--additional-instance=vm:a.B"], /Cannot read \.cirrus\.yml: /],
  ] as const
) {
  Deno.test(`${args.join(" ")} is misuse`, async () => {
    const { exitCode, stderr } = await validate({ ".cirrus.yml": VALID }, args);
    assert.equal(exitCode, 2);
    assert.match(stderr, message);
  });
}
