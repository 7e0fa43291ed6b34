import assert from "node:assert/strict";
import { type TaskJson, tasksOf, warningsOf } from "./reading.ts";

/** What a person would check first: name, commands in their order, and the last part of the instance's type. */
function outlineOf({ name, commands = [], instance, requiredGroups = [] }: TaskJson): string {
  const type = String(instance?.["@type"] ?? "nothing").split(".").at(-1);
  const needs = requiredGroups.length > 0 ? ` after ${requiredGroups.join(",")}` : "";
  return `${name} on ${type}${needs}: ${commands.map((command) => command.name).join(", ")}`;
}

Deno.test("templates of templates, merged before and after a task's own fields, as a wallet has them", async () => {
  const source = `
env:  # Global defaults
  CIRRUS_CLONE_DEPTH: 1
  MAKEJOBS: "-j10"

worker_env: &WORKER_ENV
  RESTART_DOCKER: "1"

filter_template: &FILTER_TEMPLATE
  skip: $CIRRUS_REPO_FULL_NAME == "example/gui" && $CIRRUS_PR == ""
  stateful: false

base_template: &BASE_TEMPLATE
  << : *FILTER_TEMPLATE
  merge_base_script:
    - if [ "$CIRRUS_PR" = "" ]; then exit 0; fi
    - git fetch --depth=1 $CIRRUS_REPO_CLONE_URL "pull/\${CIRRUS_PR}/merge"

main_template: &MAIN_TEMPLATE
  timeout_in: 120m
  ci_script:
    - ./ci/test_run_all.sh

global_task_template: &GLOBAL_TASK_TEMPLATE
  << : *BASE_TEMPLATE
  << : *MAIN_TEMPLATE

credits_template: &CREDITS_TEMPLATE
  use_compute_credits: $CIRRUS_REPO_FULL_NAME == 'example/wallet' && $CIRRUS_PR != ""

task:
  name: 'lint'
  << : *BASE_TEMPLATE
  container:
    image: debian:bookworm
    cpu: 1
    memory: 1G
  << : *CREDITS_TEMPLATE
  python_cache:
    folder: "/python_build"
    fingerprint_script: cat .python-version /etc/os-release
  lint_script: ./ci/lint_run_all.sh

task:
  name: 'ASan + USDT'
  enable_bpfcc_script:
    - sed -i "s|\\\${CIRRUS_CI}|true|g" ./ci/env.sh
  << : *GLOBAL_TASK_TEMPLATE
  persistent_worker:
    labels:
      type: large
  env:
    << : *WORKER_ENV
    MAKEJOBS: "-j4"
`;
  const host = { CIRRUS_REPO_FULL_NAME: "example/gui", CIRRUS_PR: "" };
  const tasks = await tasksOf(source, { host });
  assert.deepEqual(tasks.map(outlineOf), [
    "lint on ContainerInstance: clone, merge_base, python, lint, Upload 'python' cache",
    "ASan + USDT on PersistentWorkerInstance: clone, enable_bpfcc, merge_base, ci",
  ]);
  assert.deepEqual(tasks.map(({ status }) => status), ["SKIPPED", "SKIPPED"]);
  assert.deepEqual(tasks.map(({ metadata }) => metadata.properties["timeout_in"]), ["3600", "7200"]);
  assert.deepEqual(tasks.map(({ environment }) => environment), [
    { CIRRUS_CLONE_DEPTH: "1", MAKEJOBS: "-j10", CIRRUS_OS: "linux" },
    { CIRRUS_CLONE_DEPTH: "1", MAKEJOBS: "-j4", RESTART_DOCKER: "1" },
  ]);
  assert.deepEqual(await warningsOf(source, { host }), []);
});

Deno.test("matrices within matrices, of a task's environment and of its instructions, as a toolkit has them", async () => {
  const tasks = await tasksOf(`
upgrade_template: &UPGRADE_TEMPLATE
  upgrade_script:
    - if [[ "$CHANNEL" == "master" ]]; then
    -   TARGET=$(< .ci/master.version)
    - fi
task:
  only_if: $CIRRUS_TAG == ''
  env:
    CIRRUS_CLONE_SUBMODULES: true
  container:
    image: toolkit
    cpu: 8
    memory: 16G
  << : *UPGRADE_TEMPLATE
  matrix:
    - name: publishable
      always:
        validate_script: ./tool.sh version-check
      publishable_script: ./tool.sh publish-check
    - name: unit_tests
      env:
        matrix:
          CHANNEL: "master"
          CHANNEL: "stable"
      unit_test_script: ./tool.sh test
    - name: heavy_$CHANNEL
      env:
        matrix:
          - CHANNEL: master
            SHARDING: "--shardIndex 0 --shardCount 2"
          - CHANNEL: stable
            SHARDING: "--shardIndex 1 --shardCount 2"
      build_script:
        - echo "key: $KEY"
        - if: then
    - name: skipped everywhere
      matrix: []
`);
  assert.deepEqual(tasks.map(outlineOf), [
    "publishable on ContainerInstance: clone, upgrade, validate, publishable",
    "unit_tests on ContainerInstance: clone, upgrade, unit_test",
    "unit_tests on ContainerInstance: clone, upgrade, unit_test",
    "heavy_master on ContainerInstance: clone, upgrade, build",
    "heavy_stable on ContainerInstance: clone, upgrade, build",
  ]);
  assert.deepEqual(tasks.map(({ metadata }) => metadata.uniqueLabels), [
    undefined,
    ["CHANNEL:master"],
    ["CHANNEL:stable"],
    undefined,
    undefined,
  ]);
  assert.deepEqual(tasks[0]?.commands?.[1]?.scriptInstruction, {
    scripts: ['if [[ "$CHANNEL" == "master" ]]; then', "TARGET=$(< .ci/master.version)", "fi"],
  });
  assert.deepEqual(tasks[3]?.commands?.[2]?.scriptInstruction, {
    scripts: ['echo "key: $KEY"', "if: then"],
  });
});

Deno.test("variables of variables, anchored scalars and conditions over lines, as a container engine has them", async () => {
  const source = `---
env:
    SCRIPT_BASE: "./contrib/cirrus"
    FEDORA_NAME: "fedora-39"
    PRIOR_FEDORA_NAME: "fedora-38"
    IMAGE_SUFFIX: "c20240513"
    CTR_FQIN: "quay.io/engine:\${IMAGE_SUFFIX}"
    TEST_FLAVOR:
timeout_in: 60m
gcp_credentials: ENCRYPTED[0123]

validate-source_task:
    name: "Validate source code changes"
    alias: validate
    only_if: &is_pr "$CIRRUS_PR != '' && $CIRRUS_CHANGE_TITLE !=~ '.*CI:BUILD.*'"
    gce_instance: &standardvm
        cpu: 2
    main_script: &main '$SCRIPT_BASE/runner.sh'
    always: &runner_stats
        runner_stats_artifacts:
            path: ./*-\${STATS_LOGFILE_SFX}
            type: text/plain

build_task:
    alias: 'build'
    name: 'Build for $DISTRO_NV'
    only_if: >-
        $CIRRUS_PR == '' ||
        $CIRRUS_CHANGE_TITLE =~ '.*CI:ALL.*' ||
        changesInclude('.cirrus.yml', 'contrib/cirrus/**') ||
        (changesInclude('**/*.go') && !changesIncludeOnly('docs/**'))
    depends_on:
      - validate
    container: &smallcontainer
        image: \${CTR_FQIN}
        cpu: 2
        memory: 4
    matrix: &platform_axis
      - env: &stdenvars
            DISTRO_NV: \${FEDORA_NAME}
            VM_NAME: vm
      - env:
            <<: *stdenvars
            DISTRO_NV: \${PRIOR_FEDORA_NAME}
    env:
        TEST_FLAVOR: build
    gopath_cache:
        folder: &gopath "$GOPATH"
        fingerprint_script: echo "$GOSRC"
    main_script: *main
    always: &binary_artifacts
        <<: *runner_stats
        gosrc_artifacts:
            path: ./*  # Everything

success_task:
    name: "Total Success"
    depends_on: [validate, build]
    matrix: *platform_axis
    env: {VM_NAME: other}
    persistent_worker: {}
    clone_script: mkdir -p $CIRRUS_WORKING_DIR
    script: /bin/true
`;
  const surroundings = {
    host: { CIRRUS_PR: "1", CIRRUS_CHANGE_TITLE: "Fix it (ci:all)", GOPATH: "/go" },
    affectedFiles: ["docs/a.md"],
    allowMissingInstances: true,
  };
  const tasks = await tasksOf(source, surroundings);
  assert.deepEqual(tasks.map(outlineOf), [
    "Validate source code changes on nothing: clone, main, runner_stats",
    "Build for fedora-39 on ContainerInstance after 0: clone, gopath, main, runner_stats, gosrc, Upload 'gopath' cache",
    "Build for fedora-38 on ContainerInstance after 0: clone, gopath, main, runner_stats, gosrc, Upload 'gopath' cache",
    "Total Success on PersistentWorkerInstance after 0,1,2: clone, main",
    "Total Success on PersistentWorkerInstance after 0,1,2: clone, main",
  ]);
  const [, fedora39, , success39, success38] = tasks;
  assert.equal(fedora39?.instance?.["image"], "quay.io/engine:c20240513");
  assert.equal(fedora39?.instance?.["memory"], 4096);
  assert.deepEqual(fedora39?.commands?.[1]?.cacheInstruction, {
    folders: ["/go"],
    fingerprintScripts: ['echo "$GOSRC"'],
  });
  assert.equal(fedora39?.environment?.["VM_NAME"], "vm");
  assert.equal(success39?.environment?.["VM_NAME"], "other");
  assert.deepEqual(success38?.metadata.uniqueLabels, ["DISTRO_NV:${PRIOR_FEDORA_NAME}"]);
  assert.equal(success38?.metadata.properties["timeout_in"], "3600");
});

Deno.test("steps of a pipe, Windows and a builder of images beside each other, as an emulator has them", async () => {
  const tasks = await tasksOf(`
windows_msys2_task:
  timeout_in: 90m
  windows_container:
    image: cirrusci/windowsservercore:2019
    os_version: 2019
    cpu: 8
    memory: 8G
  env:
    CIRRUS_SHELL: powershell
    TEMP: C:\\Users\\$USER
  main_script:
    - ps: |
        exit
    - Write-Output "x: y"
  msys2_cache:
    folder: msys2.7z
    reupload_on_changes: false
    fingerprint_script:
      - |
        Write-Output $env:MSYS2
    populate_script: mkdir msys2
arm_pipe:
  name: steps of $X
  env: {X: "1"}
  skip: "!changesInclude('.cirrus.yml', 'src/**')"
  resources: {cpu: 0.5, memory: 512}
  steps:
    - image: gcc:$X
      build_background_script: a
      always:
        log_artifacts: {path: "*.log"}
    - image: x
      upload_caches: []
      deps_cache: {folders: [~/a, " ~/b ", ~], fingerprint_key: k}
docker_builder:
  platform: windows
  os_version: 2019
  build_script: docker build .
`);
  assert.deepEqual(tasks.map(outlineOf), [
    "windows_msys2 on ContainerInstance: clone, main, msys2, Upload 'msys2' cache",
    "steps of 1 on PipeInstance: clone, build_background, log, deps, Upload 'deps' cache",
    "main on DockerBuilder: clone, build",
  ]);
  const [windows, pipe, builder] = tasks;
  assert.deepEqual(windows?.commands?.[1]?.scriptInstruction, {
    scripts: [
      "powershell.exe -OutputFormat Text -NoLogo -EncodedCommand ZQB4AGkAdAAKAA==",
      'Write-Output "x: y"',
    ],
  });
  assert.equal(pipe?.status, "SKIPPED");
  assert.deepEqual(pipe?.commands?.map(({ properties }) => properties?.["image"]), [
    "gcc:1",
    undefined,
    undefined,
    "x",
    undefined,
  ]);
  assert.deepEqual(pipe?.commands?.[3]?.cacheInstruction, {
    folders: ["$HOME/a", "$HOME/b"],
    fingerprintKey: "k",
  });
  assert.deepEqual(tasks.map(({ environment }) => environment?.["CIRRUS_OS"]), [
    "windows",
    "linux",
    "windows",
  ]);
  assert.equal(builder?.instance?.["osVersion"], "2019");
});
