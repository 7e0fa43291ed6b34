import assert from "node:assert/strict";
import { assertError, instanceOf, taskOf, warningsOf } from "./reading.ts";

const fileOf = (worker: string) =>
  `t_task:\n  env: {V: 4, L: '[a:b, c:d:ro]'}\n  persistent_worker: ${worker}\n`;

const VM = { user: "admin", password: "admin" };

const workers: [written: string, instance: Record<string, unknown>][] = [
  ["", {}],
  ["{}", {}],
  ["[]", {}],
  ["a", {}],
  ["[a]", {}],
  ["{labels: {a: 1, b: [x, y], c: $V, d: $NO, $V: e}}", {
    labels: { a: "1", b: "x\ny", c: "4", d: "$NO", $V: "e" },
  }],
  ["{labels: [{a: 1}, {a: 2, b: 3}]}", { labels: { a: "2", b: "3" } }],
  ["{labels: []}", {}],
  ["{labels: {}}", {}],
  ["{resources: {a: 0.5, b: 1e3, c: 0x1p-2, d: 1_000, e: -1, f: inf, g: nan, h: $V}}", {
    resources: { a: 0.5, b: 1000, c: 0.25, d: 1000, e: -1, f: "Infinity", g: "NaN", h: 4 },
  }],
  ["{resources: {}}", {}],
  ["{isolation: }", { isolation: {} }],
  ["{isolation: {}}", { isolation: {} }],
  ["{isolation: {virtualbox: {}}}", { isolation: {} }],
  ["{isolation: {none: {}}}", { isolation: { none: {} } }],
  ["{isolation: {tart: }}", { isolation: { tart: VM } }],
  [
    "{isolation: {tart: {image: i$V, user: '', password: $V, port: 2$V, cpu: $V, memory: $V, display: 1x$V}}}",
    {
      isolation: { tart: { image: "i4", password: "4", port: 24, cpu: 4, memory: 4096, display: "1x4" } },
    },
  ],
  [
    "{isolation: {tart: {softnet: $V == '4', volumes: [{source: s$V, name: n, target: t, readonly: 'true'}]}}}",
    {
      isolation: {
        tart: { ...VM, softnet: true, volumes: [{ source: "s4", name: "n", target: "t", readOnly: true }] },
      },
    },
  ],
  ["{isolation: {tart: {volumes: a}}}", { isolation: { tart: VM } }],
  ["{isolation: {tart: {volumes: {x: {source: ''}}}}}", { isolation: { tart: { ...VM, volumes: [{}] } } }],
  ["{isolation: {tart: {disk_size: 5, nested: true}}}", { isolation: { tart: VM } }],
  ["{isolation: {vetu: {image: i, cpu: 3, memory: 100, disk_size: 50, port: 22}}}", {
    isolation: { vetu: { ...VM, image: "i", cpu: 3, memory: 100, diskSize: 50, port: 22 } },
  }],
  ["{isolation: {vetu: {networking: {host: {}}}}}", { isolation: { vetu: { ...VM, host: {} } } }],
  ["{isolation: {vetu: {networking: {host: , x: y}}}}", { isolation: { vetu: { ...VM, host: {} } } }],
  ["{isolation: {parallels: {image: i, user: u, password: p, platform: Darwin}}}", {
    isolation: { parallels: { image: "i", user: "u", password: "p", platform: "DARWIN" } },
  }],
  ["{isolation: {container: {image: i$V}}}", {
    isolation: { container: { image: "i4", cpu: 2, memory: 4096 } },
  }],
  ["{isolation: {container: {cpu: 0, memory: 0}}}", { isolation: { container: { cpu: 2, memory: 4096 } } }],
  ["{isolation: {container: {cpu: .5, memory: 3gb, platform: WINDOWS}}}", {
    isolation: { container: { cpu: 0.5, memory: 3072, platform: "WINDOWS" } },
  }],
  ["{isolation: {container: {volumes: [a:b, 'c:d:ro', ':']}}}", {
    isolation: {
      container: {
        cpu: 2,
        memory: 4096,
        volumes: [{ source: "a", target: "b" }, { source: "c", target: "d", readOnly: true }, {}],
      },
    },
  }],
  ["{isolation: {container: {volumes: $L}}}", {
    isolation: {
      container: {
        cpu: 2,
        memory: 4096,
        volumes: [{ source: "a", target: "b" }, { source: "c", target: "d", readOnly: true }],
      },
    },
  }],
  ["{isolation: {container: {docker_arguments: {a: 1}}}}", {
    isolation: { container: { cpu: 2, memory: 4096 } },
  }],
  ["{isolation: {tart: {}, vetu: {}}}", { isolation: { vetu: VM } }],
];

for (const [written, instance] of workers) {
  Deno.test(`persistent_worker: ${written}`, async () => {
    assert.deepEqual(await instanceOf(fileOf(written)), instance);
  });
}

const sizes: [written: string, mebibytes: number][] = [
  ["1", 1024],
  ["99", 101376],
  ["100", 100],
  ["512", 512],
  ["512m", 512],
  ["512MB", 512],
  ["512Mi", 512],
  ["4G", 4096],
  ["4gb", 4096],
  ["4GI", 4096],
  ["4$V", 44 * 1024],
];

for (const [written, memory] of sizes) {
  Deno.test(`memory: ${written} is ${memory} MiB`, async () => {
    assert.deepEqual(await instanceOf(fileOf(`{isolation: {tart: {memory: ${written}}}}`)), {
      isolation: { tart: { ...VM, memory } },
    });
  });
}

const wrong: [worker: string, column: number, text: string][] = [
  ["{labels: a}", 23, "a map or a list of maps"],
  ["{labels: }", 23, "a map or a list of maps"],
  ["{labels: {a: {b: c}}}", 32, "a scalar or a list"],
  ["{resources: [{a: 1}]}", 23, "a map of numbers"],
  ["{resources: }", 23, "a map of numbers"],
  ["{resources: {a: x}}", 35, '"a" must be a number'],
  ["{resources: {a: }}", 35, '"a" must be a number'],
  ["{resources: {a: 1__0}}", 35, '"a" must be a number'],
  ["{resources: {a: [1]}}", 35, "must be a scalar"],
  ["{isolation: {tart: {port: 65536}}}", 42, "whole number"],
  ["{isolation: {tart: {port: -1}}}", 42, "whole number"],
  ["{isolation: {tart: {cpu: 4.5}}}", 42, "whole number"],
  ["{isolation: {tart: {softnet: maybe}}}", 42, "no value"],
  ["{isolation: {tart: {image: [a]}}}", 42, "must be a scalar"],
  ["{isolation: {tart: {volumes: [{name: a}]}}}", 52, 'needs "source"'],
  ["{isolation: {tart: {volumes: ['a:b']}}}", 52, 'needs "source"'],
  ["{isolation: {vetu: {disk_size: 50G}}}", 42, "whole number"],
  ["{isolation: {vetu: {networking: {bridged: {interface: a}}}}}", 42, "host networking"],
  ["{isolation: {vetu: {networking: host}}}", 42, "host networking"],
  ["{isolation: {vetu: {networking: {}}}}", 42, "host networking"],
  ["{isolation: {vetu: {networking: }}}", 42, "host networking"],
  ["{isolation: {container: {cpu: x}}}", 47, "number of processors"],
  ["{isolation: {container: {platform: beos}}}", 47, "no platform"],
  ["{isolation: {parallels: {platform: darwim}}}", 47, 'did you mean "darwin"'],
  ["{isolation: {container: {volumes: [a]}}}", 47, "no volume"],
  ["{isolation: {container: {volumes: ['a:b:rw']}}}", 47, "no volume"],
  ["{isolation: {container: {volumes: ['a:b:ro:c']}}}", 47, "no volume"],
  ["{isolation: {container: {dockerfile: D}}}", 47, "CIRRUS_ARCH"],
  ["{isolation: {container: {docker_arguments: a}}}", 47, "a map or a list of maps"],
];

for (const [written, column, text] of wrong) {
  Deno.test(`persistent_worker: ${written} is an error`, async () => {
    await assertError(fileOf(written), { place: `3:${column}`, text });
  });
}

for (const memory of ["1GiB", "1k", "1T", "1.5G", "0x10", "-1", "''", "1 G", "4194304G", "4294967296"]) {
  Deno.test(`memory: ${memory} is an error`, async () => {
    await assertError(fileOf(`{isolation: {tart: {memory: ${memory}}}}`), {
      place: "3:42",
      text: "no amount",
    });
  });
}

const systems: [isolation: string, os: string | undefined][] = [
  ["isolation: {tart: {}}", "darwin"],
  ["isolation: {parallels: {}}", "linux"],
  ["isolation: {parallels: {platform: Darwin}}", "darwin"],
  ["isolation: {container: {}}", "set"],
  ["isolation: {vetu: {}}", "set"],
  ["isolation: {}", "set"],
  ["labels: {}", undefined],
];

for (const [isolation, os] of systems) {
  Deno.test(`CIRRUS_OS with ${isolation} below the environment is ${os}`, async () => {
    const source = `t_task:\n  env: {CIRRUS_OS: set}\n  persistent_worker: {${isolation}}\n`;
    assert.equal((await taskOf(source)).environment?.CIRRUS_OS, os);
  });
  Deno.test(`CIRRUS_OS with ${isolation} above the environment is what that says`, async () => {
    const source = `t_task:\n  persistent_worker: {${isolation}}\n  env: {CIRRUS_OS: set}\n`;
    assert.equal((await taskOf(source)).environment?.CIRRUS_OS, "set");
  });
}

const suspicious: [worker: string, column: number, text: string][] = [
  ["{isolation: {tart: {}, resources: {a: 1}}}", 45, 'write it beside "isolation"'],
  ["{isolation: {tart: {}, labels: {a: 1}}}", 45, 'write it beside "isolation"'],
  ["{isolation: {}}", 23, "no kind that workers know"],
  ["{isolation: {parallels: {}}}", 35, "no worker of today"],
  ["{lables: {}}", 23, 'did you mean "labels"'],
  ["{isolation: {tart: {imgae: a}}}", 42, 'did you mean "image"'],
];

for (const [written, column, text] of suspicious) {
  Deno.test(`persistent_worker: ${written} is warned about`, async () => {
    const [warning = "", ...others] = await warningsOf(fileOf(written));
    assert(warning.startsWith(`3:${column} `) && warning.includes(text), warning);
    assert.deepEqual(others, []);
  });
}
