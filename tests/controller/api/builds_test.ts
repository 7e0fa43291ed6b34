import assert from "node:assert/strict";
import {
  buildPageSchema,
  buildSchema,
  createdBuildSchema,
  errorSchema,
  taskWithWaitSchema,
} from "../../../lib/controller/api/schemas.ts";
import { needsRoot, smallDisk } from "../../helpers/small_disk.ts";
import { task } from "../builds.ts";
import { RawWorker } from "../raw_worker.ts";
import { answered, type RunningApi, startApi } from "./running_api.ts";

const DEFINITION = `
persistent_worker: {}
lint_task:
  lint_script: echo hello
test_task:
  alias: tests
  depends_on: lint
  test_script: "true"
`;

const submit = async (api: RunningApi, body: object = {}, headers: Record<string, string> = {}) =>
  await answered(
    createdBuildSchema,
    await api.post("/v1/builds", { definition: DEFINITION, ...body }, headers),
    201,
  );

const refused = async (api: RunningApi, body: object, status: number) =>
  (await answered(errorSchema, await api.post("/v1/builds", body), status)).error;

Deno.test("POST /v1/builds makes a build of a .cirrus.yml, and workers get its tasks", async () => {
  await using api = await startApi();
  const response = await api.post("/v1/builds", { definition: DEFINITION });
  const location = response.headers.get("location");
  const build = await answered(createdBuildSchema, response, 201);
  assert.equal(location, `/v1/builds/${build.id}`);
  assert.equal(build.status, "executing");
  assert.deepEqual(build.diagnostics, []);
  assert.deepEqual(build.tasks.map(({ name, status }) => `${name} ${status}`), [
    "lint triggered",
    "test created",
  ]);
  assert.deepEqual(await answered(buildSchema, await api.fetch(`/v1/builds/${build.id}`)), {
    id: build.id,
    status: build.status,
    createdAt: build.createdAt,
    repository: {},
    tasks: build.tasks,
  });
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  assert.equal((await worker.takeTask()).id, build.tasks[0]?.id);
});

Deno.test("POST /v1/builds tells tasks and expressions of the repository and the variables", async () => {
  await using api = await startApi();
  const definition = `
persistent_worker: {}
env:
  MODE: slow
only_if: $CIRRUS_PR == '7' && $MODE == 'fast' && changesInclude('*.ts')
one_task:
  a_script: "true"
`;
  const repository = {
    cloneUrl: "https://git.example.com/our/project.git",
    pullRequest: 7,
    change: "abc123",
    changeMessage: "Title\n\nBody",
  };
  const build = await submit(api, {
    definition,
    repository,
    environment: { MODE: "fast" },
    affectedFiles: ["main.ts"],
  });
  assert.deepEqual(build.repository, repository);
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  const { environment } = await (await worker.takeTask()).agent.initialCommands({});
  const expected = {
    CIRRUS_REPO_CLONE_URL: repository.cloneUrl,
    CIRRUS_REPO_FULL_NAME: "our/project",
    CIRRUS_REPO_OWNER: "our",
    CIRRUS_REPO_NAME: "project",
    CIRRUS_BRANCH: "pull/7",
    CIRRUS_PR: "7",
    CIRRUS_CHANGE_IN_REPO: "abc123",
    CIRRUS_CHANGE_TITLE: "Title",
    CIRRUS_CHANGE_MESSAGE: "Title\n\nBody",
    MODE: "fast",
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(expected).map((name) => [name, environment[name]])),
    expected,
  );
});

Deno.test("POST /v1/builds points at what is wrong in the file, as a terminal shows it", async () => {
  await using api = await startApi();
  const definition = "persistent_worker: {}\nlint_task:\n  depends_on: nothing\n  a_script: x\n";
  const { code, diagnostics } = await refused(api, { definition, path: "ci/.cirrus.yml" }, 422);
  assert.equal(code, "invalid_definition");
  const [diagnostic] = diagnostics ?? [];
  assert.equal(diagnostic?.line, 3);
  assert.equal(diagnostic?.path, "ci/.cirrus.yml");
  assert.match(
    diagnostic?.text ?? "",
    /^ci\/\.cirrus\.yml:3:\d+: .*\n {2}3 \| {3}depends_on: nothing\n +\^$/,
  );
});

Deno.test("POST /v1/builds runs only the tasks that are named, without what they depend on", async () => {
  await using api = await startApi();
  const build = await submit(api, { tasks: ["TESTS", "test"] });
  assert.deepEqual(build.tasks.map(({ name, status }) => `${name} ${status}`), ["test triggered"]);
  const { message } = await refused(api, { definition: DEFINITION, tasks: ["lnit"] }, 422);
  assert.equal(message, 'No task named "lnit": did you mean "lint"?');
});

Deno.test("POST /v1/builds skips tasks that are none for a worker, and refuses a file with nothing else", async () => {
  await using api = await startApi();
  const container = "box_task:\n  windows_container: { image: nano }\n  a_script: x\n";
  const build = await submit(api, { definition: `${DEFINITION}${container}` });
  const box = build.tasks.find(({ name }) => name === "box");
  assert.equal(box?.status, "skipped");
  assert.match(box?.message ?? "", /it needs a windows container/);
  assert.match(
    (await refused(api, { definition: container }, 422)).message,
    /Nothing to run.*needs a windows container/,
  );
  assert.match((await refused(api, { definition: "" }, 422)).message, /Nothing to run.*it has no tasks/);
});

Deno.test("POST /v1/builds runs a task whose trigger_type is manual only when it is named", async () => {
  await using api = await startApi();
  const definition = `${DEFINITION}deploy_task:\n  trigger_type: Manual\n  a_script: x\n`;
  const statusOf = async (body: object) =>
    (await submit(api, { definition, ...body })).tasks.find(({ name }) => name === "deploy");
  const unasked = await statusOf({});
  assert.equal(unasked?.status, "skipped");
  assert.match(unasked?.message ?? "", /trigger_type is manual: name it/);
  assert.equal((await statusOf({ tasks: ["deploy"] }))?.status, "triggered");
});

Deno.test("tasks of one repository with one execution_lock are with one worker at a time", async () => {
  await using api = await startApi();
  const definition = `
persistent_worker: {}
deploy_task:
  execution_lock: production
  a_script: x
`;
  const taskIn = async (cloneUrl: string) => {
    const { tasks: [task] } = await submit(api, { definition, repository: { cloneUrl } });
    assert.ok(task);
    return task.id;
  };
  const [first, second] = [await taskIn("https://host/our/a.git"), await taskIn("https://host/our/a.git")];
  const other = await taskIn("https://host/our/b.git");
  using one = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  using two = await RawWorker.connect(api.controller.endpoint, { name: "w2" });
  const given = await one.takeTask();
  assert.equal(given.id, first);
  const unlocked = await two.takeTask();
  assert.equal(unlocked.id, other);
  const { wait } = await answered(taskWithWaitSchema, await api.fetch(`/v1/tasks/${second}`));
  assert.match(wait?.text ?? "", /waits for another task with its execution_lock, our\/a production/);
  await unlocked.started();
  await unlocked.stopped();
  const next = two.takeTask();
  await given.started();
  await given.stopped();
  assert.equal((await next).id, second);
});

Deno.test("POST /v1/builds runs a task with required_pr_labels only for a pull request that has them", async () => {
  await using api = await startApi();
  const definition = `${DEFINITION}gpu_task:\n  required_pr_labels: [safe, gpu]\n  a_script: x\n`;
  const gpuTask = async (repository: object, labels: string) => {
    const { tasks } = await submit(api, {
      definition,
      repository,
      environment: { CIRRUS_PR_LABELS: labels },
    });
    return tasks.find(({ name }) => name === "gpu");
  };
  const refusedTask = await gpuTask({ pullRequest: 7 }, "safe");
  assert.equal(refusedTask?.status, "skipped");
  assert.match(refusedTask?.message ?? "", /the pull request has no label "gpu"/);
  assert.equal((await gpuTask({ pullRequest: 7 }, "gpu, safe,other"))?.status, "triggered");
  assert.equal((await gpuTask({ branch: "main" }, ""))?.status, "triggered");
});

Deno.test("POST /v1/builds says which part of a request makes no sense", async () => {
  await using api = await startApi();
  const cases: [object, RegExp][] = [
    [{}, /definition: /],
    [{ definition: 1 }, /definition: /],
    [{ definition: "", nope: 1 }, /"nope"/],
    [{ definition: "", repository: { pullRequest: 0 } }, /repository\.pullRequest: /],
    [{ definition: "", environment: { "A=B": "c" } }, /environment.*A=B/],
    [{ definition: "", repository: { cloneUrl: "https://me:secret@host/a" } }, /has a password in it/],
  ];
  for (const [body, expected] of cases) {
    const { code, message } = await refused(api, body, 400);
    assert.equal(code, "invalid_request");
    assert.match(message, expected);
  }
  const send = async (headers: Record<string, string>, body: string, status: number) =>
    (await answered(errorSchema, await api.fetch("/v1/builds", { method: "POST", headers, body }), status))
      .error;
  assert.match((await send({ "content-type": "application/json" }, "{", 400)).message, /it is no JSON/);
  assert.match((await send({ "content-type": "text/yaml" }, "a: b", 415)).message, /its body is text\/yaml/);
});

Deno.test("POST /v1/builds refuses what is larger than 10 MB, whether its size is announced or not", async () => {
  await using api = await startApi();
  const huge = JSON.stringify({ definition: "#".repeat(10_000_000) });
  const headers = { "content-type": "application/json" };
  const send = (body: string | ReadableStream<Uint8Array>) =>
    api.fetch("/v1/builds", { method: "POST", headers, body });
  const streamed = () => new Blob([huge]).stream();
  for (const body of [huge, streamed()]) {
    const { error } = await answered(errorSchema, await send(body), 413);
    assert.equal(error.code, "payload_too_large");
  }
  const { code, diagnostics } = await refused(api, { definition: "#".repeat(9_000_000) }, 422);
  assert.equal(code, "invalid_definition");
  assert.match(diagnostics?.[0]?.message ?? "", /longer than/);
});

Deno.test("An Idempotency-Key makes one build of requests that are repeated, also at once", async () => {
  await using api = await startApi();
  const headers = { "Idempotency-Key": "push 17" };
  const builds = await Promise.all(Array.from({ length: 5 }, () => submit(api, {}, headers)));
  assert.equal(new Set(builds.map(({ id }) => id)).size, 1);
  assert.equal((await submit(api, {}, headers)).id, builds[0]?.id);
  assert.equal((await api.controller.builds.list({ limit: 10 })).length, 1);
  assert.notEqual((await submit(api, {}, { "Idempotency-Key": "push 18" })).id, builds[0]?.id);

  const other = await api.post("/v1/builds", { definition: DEFINITION, tasks: ["lint"] }, headers);
  assert.match((await answered(errorSchema, other, 409)).error.message, /used for another build/);
  const empty = await api.post("/v1/builds", { definition: DEFINITION }, {
    "Idempotency-Key": "x".repeat(256),
  });
  assert.match((await answered(errorSchema, empty, 400)).error.message, /Idempotency-Key/);
});

Deno.test("5,000 tasks are queued at once, given out, and cancelled", async () => {
  await using api = await startApi();
  const definition = `
persistent_worker: {}
many_task:
  a_script: "true"
  env:
    matrix:
${Array.from({ length: 5_000 }, (_, n) => `      - N: "${n}"`).join("\n")}
`;
  const build = await submit(api, { definition });
  assert.equal(build.tasks.filter(({ status }) => status === "triggered").length, 5_000);
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  assert.equal((await worker.takeTask()).id, build.tasks[0]?.id);
  const cancelled = await answered(buildSchema, await api.post(`/v1/builds/${build.id}/cancel`));
  assert.equal(cancelled.status, "aborted");
});

Deno.test("GET /v1/builds pages through all builds once while others arrive", async () => {
  await using api = await startApi();
  const make = async () => (await api.controller.builds.create({ tasks: [task()] })).id;
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) ids.unshift(await make());
  const seen: string[] = [];
  let cursor: string | undefined = "";
  do {
    const path: string = `/v1/builds?limit=3${cursor ? `&cursor=${cursor}` : ""}`;
    const page = await answered(buildPageSchema, await api.fetch(path));
    seen.push(...page.builds.map(({ id }) => id));
    cursor = page.nextCursor;
    await make();
  } while (cursor !== undefined);
  assert.deepEqual(seen, ids);
  for (const query of ["limit=0", "limit=501", "limit=x", "cursor=abc", "nope=1"]) {
    await answered(errorSchema, await api.fetch(`/v1/builds?${query}`), 400);
  }
});

Deno.test("POST /v1/builds/ID/cancel aborts a build with the reason that is given, once", async () => {
  await using api = await startApi();
  const { id } = await submit(api);
  const cancel = async (body?: object) =>
    await answered(buildSchema, await api.post(`/v1/builds/${id}/cancel`, body));
  const cancelled = await cancel({ reason: "Not needed" });
  assert.equal(cancelled.status, "aborted");
  assert.deepEqual(cancelled.tasks.map(({ message }) => message), ["Not needed", "Not needed"]);
  assert.deepEqual(await cancel(), cancelled);
});

Deno.test("What is asked about a build that there is not is not found", async () => {
  await using api = await startApi();
  for (const path of ["/v1/builds/1", "/v1/builds/x", "/v1/builds/%2e%2e"]) {
    assert.equal((await answered(errorSchema, await api.fetch(path), 404)).error.code, "not_found");
  }
  await answered(errorSchema, await api.post("/v1/builds/1/cancel"), 404);
});

Deno.test(
  "POST /v1/builds answers 507 while the disk is full, and takes builds again after",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 24 * 1024 * 1024 });
    await using api = await startApi({ dataDirectory: `${disk.path}/data` });
    const first = await submit(api);
    const makeRoom = await disk.fill();
    const large = { definition: DEFINITION, environment: { LARGE: "x".repeat(1e6) } };
    let response = await api.post("/v1/builds", large);
    for (; response.status === 201; response = await api.post("/v1/builds", large)) {
      await response.body
        ?.cancel();
    }
    const { error } = await answered(errorSchema, response, 507);
    assert.equal(error.code, "insufficient_storage");
    assert.match(error.message, /make space/);
    await answered(buildSchema, await api.fetch(`/v1/builds/${first.id}`));
    await makeRoom();
    await submit(api, large);
  },
);
