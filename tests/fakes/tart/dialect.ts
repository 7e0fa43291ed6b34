import type { Dialect, Failure, Problem } from "../vm_program/dialect.ts";

const NUMBER = /\d+/;
const flag = {};
const number = { value: NUMBER };

/** Tart as its README beside this file describes it. */
export const TART: Dialect = {
  name: "tart",
  homeVariable: "TART_HOME",
  limits: { darwin: 2 },
  grammar: {
    pull: { names: 1, options: { "--insecure": flag, "--concurrency": number, "--deduplicate": flag } },
    clone: {
      names: 2,
      options: {
        "--insecure": flag,
        "--concurrency": number,
        "--deduplicate": flag,
        "--prune-limit": number,
      },
    },
    set: {
      names: 1,
      options: {
        "--cpu": number,
        "--memory": number,
        "--display": { value: /[1-9]\d*x[1-9]\d*(pt|px)?/ },
        "--display-refit": flag,
        "--no-display-refit": flag,
        "--random-mac": flag,
        "--random-serial": flag,
        "--disk": { value: /.+/ },
        "--disk-size": number,
      },
    },
    run: {
      names: 1,
      options: {
        "--no-graphics": flag,
        "--no-clipboard": flag,
        "--no-audio": flag,
        "--nested": flag,
        "--suspendable": flag,
        "--root-disk-opts": {
          value:
            /(ro|caching=(automatic|cached|uncached)|sync=(none|fsync|full))(,(ro|caching=\w+|sync=\w+))*/,
        },
        "--disk": { value: /.+/, repeatable: true },
        "--dir": { value: /[^:]+:\/[^:]*(:(ro|tag=[^,:]+)(,(ro|tag=[^,:]+))*)?/, repeatable: true },
        "--net-bridged": { value: /.+/, repeatable: true },
        "--net-host": flag,
        "--net-softnet": flag,
        "--net-softnet-allow": {
          value: /\d+(\.\d+){3}\/\d+(,\d+(\.\d+){3}\/\d+)*/,
          needs: "--net-softnet",
        },
      },
    },
    ip: { names: 1, options: { "--wait": number, "--resolver": { value: /dhcp|arp|agent/ } } },
    get: { names: 1, options: { "--format": { value: /text|json/ } } },
    list: {
      names: 0,
      options: {
        "--source": { value: /local|oci/ },
        "--format": { value: /text|json/ },
        "--quiet": flag,
        "-q": flag,
      },
    },
    stop: { names: 1, options: { "--timeout": number, "-t": number } },
    delete: { names: "some", options: {} },
  },
  describeMisuse: (message) => ({ text: `Error: ${message}\nUsage: tart <subcommand>`, exitCode: 64 }),
  describe,
  checkRun({ options }) {
    const names = (options.get("--dir") ?? []).map((value) => value.split(":")[0]);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      return { kind: "wrong value", message: `multiple --dir mounts with the same name: ${twice}` };
    }
    const networks = ["--net-bridged", "--net-host", "--net-softnet"].filter((option) => options.has(option));
    if (networks.length > 1) {
      return { kind: "wrong value", message: `${networks.join(" and ")} are mutually exclusive` };
    }
    return undefined;
  },
};

function describe(problem: Problem): Failure {
  const failure = (text: string, exitCode = 1) => ({ text, exitCode });
  switch (problem.kind) {
    case "no VM":
      return failure(`the specified VM "${problem.name}" does not exist`, 2);
    case "no image":
      return failure(
        `Error: UnexpectedHTTPStatusCode(when: "pulling manifest", code: 404, details: "{\\"errors\\":[{\\"code\\":\\"MANIFEST_UNKNOWN\\",\\"message\\":\\"manifest unknown: ${problem.image}\\"}]}")`,
      );
    case "no image name":
      return failure(`failed to parse remote name: ${problem.image}`);
    case "name taken":
      return failure(`VM "${problem.name}" already exists`);
    case "running":
      return failure(`VM "${problem.name}" is already running!`, 2);
    case "not running":
      return failure(`VM "${problem.name}" is not running`, 2);
    case "no address":
      return failure("no IP address found, is your VM running?");
    case "too many":
      return failure(
        `The number of VMs exceeds the system limit (other running VMs: ${problem.running.join(", ")})`,
      );
    case "smaller disk":
      return failure(
        `new disk size of ${problem.asked} GB should be larger than the current ${problem.has} GB`,
      );
    case "wrong value":
      return failure(problem.message);
  }
}
