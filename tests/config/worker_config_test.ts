import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/config_error.ts";
import { parseConfig } from "../../lib/config/reading/read_config.ts";
import { workerConfig } from "../../lib/config/worker/worker_config.ts";

function parse(source: string) {
  return parseConfig(source, { path: "worker.yml", kind: workerConfig });
}

/** What is wrong, as `line:column message`. */
function problems(source: string): string[] {
  return errorOf(source).diagnostics.map(({ message, position }) =>
    `${position?.line}:${position?.column} ${message}`
  );
}

function errorOf(source: string): ConfigError {
  try {
    parse(source);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: `This was accepted: ${source}` });
}

Deno.test("every key of a worker's file is read", () => {
  const { value } = parse(`
token: s3cret
name: mini-1
labels: {xcode: "26"}
resources: {gpu: 1, cpu: .5}
log: {level: debug, file: /var/log/w.log, rotate-size: 640 KB, max-rotations: 3}
rpc: {endpoint: "https://ci.example.com", ca-file: /etc/ca.pem}
resource-modifiers: [{match: {gpu: 1}, append: {run: [--device, /dev/x]}}]
tuning: {vetu: {mtu: 1400}}
tart-pre-pull: {images: [a, b], check-interval: 3h, jitter: 10m}
`);
  assert.deepEqual(value, {
    token: "s3cret",
    name: "mini-1",
    labels: { xcode: "26" },
    resources: { gpu: 1, cpu: 0.5 },
    log: {
      level: "debug",
      format: undefined,
      file: { path: "/var/log/w.log", rotateBytes: 640_000, maxRotations: 3 },
    },
    rpc: { endpoint: "https://ci.example.com", "ca-file": "/etc/ca.pem" },
    "resource-modifiers": [{ match: { gpu: 1 }, append: { run: ["--device", "/dev/x"] } }],
    tuning: { vetu: { mtu: 1400 } },
    "tart-pre-pull": { images: ["a", "b"], checkIntervalMs: 10_800_000, jitterMs: 600_000 },
  });
});

Deno.test("an empty file says nothing, and neither does a key without a value", () => {
  assert.deepEqual(parse("").value, {});
  assert.deepEqual(parse("labels:\nresources: ~\nlog:\n  file:\n").value, {
    log: { level: "info", format: undefined, file: undefined },
  });
});

Deno.test("a text is what is written, whatever YAML would take it for", () => {
  const { value } = parse("token: 0123\nlabels: {xcode: 16.10, on: yes, nothing: '', hex: 0x10}\n");
  assert.equal(value.token, "0123");
  assert.deepEqual(value.labels, { xcode: "16.10", on: "yes", nothing: "", hex: "0x10" });
});

Deno.test("everything that is wrong is told at once, in the order of the file", () => {
  const source = `labels: [a]
resources: {gpu: many, cpu: -1}
log:
  levl: info
  level: wranning
  rotate-size: 12 apples
  max-rotations: 1.5
rpc: {endpoint: "ftp://x"}
tart-pre-pull: {check-interval: 5}
nam: x
`;
  assert.deepEqual(problems(source), [
    '1:9 Invalid "labels": it must be a map, this is a list',
    '2:18 Invalid "gpu": it must be a number, this is a text',
    "2:29 Invalid amount: it must be a number from 0 up",
    '4:3 Unknown key "levl"; did you mean "level"?',
    '5:10 Invalid "level": it must be one of panic, fatal, error, warning, info, debug, trace; did you mean "warning"?',
    '6:16 Cannot read the size "12 apples": unknown unit "apples"; the units are B, KB, MB, GB, TB, KiB, MiB, GiB and TiB',
    '7:18 Invalid "max-rotations": it must be a number without a fraction, this is a number',
    '8:17 Invalid endpoint "ftp://x": "ftp" is no scheme of an endpoint; use http, https or unix',
    '9:1 Invalid "images": it is missing',
    '9:33 Cannot read the duration "5": the unit is missing after "5"; the units are ns, us, ms, s, m and h',
    '10:1 Unknown key "nam"; did you mean "name"?',
  ]);
});

Deno.test("numbers that nothing can be counted with, and tokens that cannot be sent, are refused", () => {
  assert.deepEqual(problems("resources: {a: 1e400, b: .nan, c: .inf}\n"), [
    '1:16 Invalid "a": it must be a number, this is none that can be counted with',
    '1:26 Invalid "b": it must be a number, this is none that can be counted with',
    '1:35 Invalid "c": it must be a number, this is none that can be counted with',
  ]);
  for (const token of ["é", '"a\\nb"', "''"]) {
    assert.match(problems(`token: ${token}\n`).join(), /^1:8 Invalid token: it must be printable ASCII/);
  }
});

Deno.test("each error is shown with its file, its place and its line", () => {
  assert.equal(
    errorOf("log:\n  levl: info\n").message,
    'worker.yml:2:3: Unknown key "levl"; did you mean "level"?\n  2 |   levl: info\n        ^',
  );
});

Deno.test("keys that exclude each other are told with both places", () => {
  const several = "upstreams:\n- {endpoint: 'https://a', token: x}\n";
  assert.deepEqual(problems(`${several}token: y\n`), [
    '3:1 "token" and "upstreams" (at 1:1) exclude each other: remove one of them',
  ]);
  assert.deepEqual(problems(`rpc: {endpoint: "https://b"}\n${several}`), [
    '2:1 "upstreams" and "endpoint" (at 1:7) exclude each other: remove one of them',
  ]);
  assert.deepEqual(problems("token: a\ntoken-file: b\n"), [
    '2:1 "token-file" and "token" (at 1:1) exclude each other: remove one of them',
  ]);
  assert.deepEqual(problems("upstreams:\n- {endpoint: 'https://a', token: x, token-file: y}\n"), [
    '2:37 "token-file" and "token" (at 2:27) exclude each other: remove one of them',
  ]);
});

Deno.test("upstreams go with the endpoint that was the default once, as it says nothing", () => {
  const source = `
rpc: {endpoint: "https://grpc.cirrus-ci.com:443"}
upstreams: [{endpoint: "http://a", token: x}, {endpoint: "http://b", token-file: y}]
`;
  assert.equal(parse(source).value.upstreams?.length, 2);
});

Deno.test("an upstream needs an endpoint and a token", () => {
  assert.deepEqual(problems("upstreams:\n- {token: x}\n- {endpoint: 'http://a'}\n"), [
    '2:3 Invalid "endpoint": it is missing',
    '3:3 An upstream needs a registration token: write "token-file" or "token"',
  ]);
});

Deno.test("a typo never switches a policy off", () => {
  const source = `security:
  allowed-isolation: {none: {}}
  allowed-isolations:
    tart:
      allowed-image: ["ghcr.io/x/*"]
      allowed-volumes: [{source: /var/cache, force-readonyl: yes}]
`;
  assert.deepEqual(problems(source), [
    '2:3 Unknown key "allowed-isolation"; did you mean "allowed-isolations"?',
    '5:7 Unknown key "allowed-image"; did you mean "allowed-images"?',
    '6:46 Unknown key "force-readonyl"; did you mean "force-readonly"?',
  ]);
});

Deno.test("a policy is never empty without saying so, at any depth", () => {
  const empty = (key: string) =>
    `"${key}" is empty, and its meaning is unclear: write "${key}: {}" or remove the key`;
  assert.deepEqual(problems("security:\n"), [`1:1 ${empty("security")}`]);
  assert.deepEqual(problems("security: {allowed-isolations: }\n"), [`1:12 ${empty("allowed-isolations")}`]);
  assert.deepEqual(problems("security: {allowed-isolations: {none: ~, tart: {allowed-images: null}}}\n"), [
    `1:33 ${empty("none")}`,
    '1:49 "allowed-images" is empty, and its meaning is unclear: write its value or remove the key',
  ]);
  assert.deepEqual(problems("security: {allowed-isolations: {vetu: {allowed-images: [a, ~]}}}\n"), [
    "1:60 An item is empty, and its meaning is unclear: write what is allowed, or remove it",
  ]);
});

Deno.test("a policy is read as it is written", () => {
  const { value } = parse(
    "security: {allowed-isolations: {none: {}, tart: {allowed-images: [1.10], force-softnet: yes}}}\n",
  );
  assert.deepEqual(value.security, {
    "allowed-isolations": { none: {}, tart: { "allowed-images": ["1.10"], "force-softnet": true } },
  });
});

Deno.test("no message shows a token, wherever it stands", () => {
  const secret = "sesame-0p3n";
  const sources = [
    `token: ${secret}\ntoken: ${secret}\n`,
    `tokne: ${secret}\n`,
    `token: [${secret}]\n`,
    `token: {a: ${secret}}\n`,
    `token: '${secret}\nname: x\n`,
    `token:${secret}\nname: x\n`,
    `upstreams: [{endpoint: x y, token: ${secret}}]\n`,
    `upstreams:\n  - token: >-\n      ${secret}\n    endpoint: ftp://${secret}\n`,
    `\ttoken: ${secret}\n]${secret}`,
    `rpc: {endpoint: "https://me:${secret}@host"}\ntoken: ${secret}\nx: 1\n`,
    `standby:\n  isolation:\n    tart: {password: ${secret}, cpu: x}\n`,
    `? {token: ${secret}}\n: x\n`,
    `token: !${secret}\n`,
    `token: !!${secret}\n`,
    `token: *${secret}\n`,
    `token: {&${secret} a: b}\n`,
    `token: | ${secret}\n`,
    `token: %${secret}\n`,
    `token: \`${secret}\n`,
    `upstreams: [{token: *${secret}, endpoint: x}]\n`,
  ];
  for (const source of sources) {
    const { message } = errorOf(source);
    assert.ok(!message.includes(secret), `${source}\n${message}`);
  }
});

Deno.test("what is no map is refused", () => {
  assert.deepEqual(problems("- a\n"), ["1:1 Invalid file: it must be a map, this is a list"]);
  assert.deepEqual(problems("hello\n"), ["1:1 Invalid file: it must be a map, this is a text"]);
});
