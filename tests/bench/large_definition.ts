/** A `.cirrus.yml` with so many tasks: templates, merges, matrices, caches and conditions, as large projects have. */
export function largeDefinition({ tasks }: { tasks: number }): string {
  return HEAD +
    Array.from({ length: Math.ceil(tasks / TASKS_OF_BLOCK) }, (_, index) => block(index)).join("");
}

/** The tasks that come of a block: one, the three of a matrix, and one. */
const TASKS_OF_BLOCK = 5;

const HEAD = `# Every task works on its own clone.
env:
  CIRRUS_CLONE_DEPTH: 1
  CI_JOBS: 4
  CCACHE_SIZE: 200M
  MAKEJOBS: "-j\${CI_JOBS}"
  TOKEN: ENCRYPTED[0123456789abcdef0123456789abcdef]

persistent_worker: &linux
  labels:
    os: linux
    arch: amd64

.filter_template: &FILTER_TEMPLATE
  skip: $CIRRUS_REPO_FULL_NAME == "example/gui" && $CIRRUS_PR == ""
  stateful: false

.base_template: &BASE_TEMPLATE
  << : *FILTER_TEMPLATE
  merge_base_script:
    - git fetch origin "pull/\${CIRRUS_PR}/head:pull-\${CIRRUS_PR}"
    - git checkout -qf FETCH_HEAD

.global_template: &GLOBAL_TASK_TEMPLATE
  << : *BASE_TEMPLATE
  timeout_in: 120m
  ccache_cache:
    folder: "/tmp/ccache_dir"
    fingerprint_key: ccache-\${CI_JOBS}
  depends_sources_cache:
    folder: "depends/sources"
    fingerprint_script: git rev-parse HEAD:depends/packages
  ci_script:
    - ./ci/test_run_all.sh
    - ./ci/report.sh --jobs "$CI_JOBS"

`;

function block(index: number): string {
  const name = `part${index}`;
  return `${name}_lint_task:
  name: "lint of ${name}"
  alias: ${name}_lint
  << : *BASE_TEMPLATE
  only_if: $CIRRUS_BRANCH != 'gh-pages' && !changesIncludeOnly('docs/${name}/**', '**.md')
  lint_script: |
    cd ${name}
    npm ci
    npm run lint
    git diff --exit-code

${name}_test_task:
  name: "test of ${name} on $CONFIG"
  depends_on:
    - ${name}_lint
  << : *GLOBAL_TASK_TEMPLATE
  allow_failures: $CONFIG =~ 'fuzz.*'
  env:
    FILE_ENV: "./ci/test/00_setup_env_\${CONFIG}.sh"
    MAKEJOBS: "-j4"
  matrix:
    - env:
        CONFIG: address
    - env:
        CONFIG: thread
    - env:
        CONFIG: fuzz
      persistent_worker:
        isolation:
          container:
            image: debian:13
            cpu: 4
            memory: 8G
  test_script:
    - cd ${name}
    - cmake -B build -DWITH_$CONFIG=ON
    - cmake --build build
    - ctest --test-dir build
  always:
    logs_artifacts:
      path: "${name}/build/**/*.log"
      type: text/plain

${name}_deploy_task:
  name: "deploy ${name}"
  depends_on: "test of ${name} on address"
  only_if: $CIRRUS_TAG =~ 'v[0-9]+[.].*'
  execution_lock: ${name}
  persistent_worker:
    << : *linux
    resources:
      deploy: 1
  key_file:
    path: /tmp/key
    variable_name: TOKEN
  deploy_script: |
    cd ${name}
    ./deploy --key /tmp/key

`;
}
