import type { Dialect, Failure, Problem } from "../vm_program/dialect.ts";

const flag = {};
const number = { value: /\d+/ };

/** Vetu as its README beside this file describes it. */
export const VETU: Dialect = {
  name: "vetu",
  homeVariable: "VETU_HOME",
  limits: {},
  grammar: {
    pull: { names: 1, options: { "--concurrency": number, "--insecure": flag } },
    clone: { names: 2, options: { "--concurrency": number, "--insecure": flag } },
    set: { names: 1, options: { "--cpu": number, "--memory": number, "--disk-size": number } },
    run: {
      names: 1,
      options: {
        "--net-bridged": { value: /.+/ },
        "--net-host": flag,
        "--net-host-mtu": { value: /[1-9]\d*/ },
        "--device": { value: /.+/, repeatable: true },
      },
    },
    ip: { names: 1, options: { "--wait": number } },
    list: { names: 0, options: { "--quiet": flag, "-q": flag } },
    stop: { names: 1, options: { "--timeout": number } },
    delete: { names: "some", options: {} },
  },
  describeMisuse: (message) => ({ text: `Error: ${message}`, exitCode: 1 }),
  describe,
  checkRun: ({ options }) =>
    options.has("--net-bridged") && options.has("--net-host")
      ? {
        kind: "wrong value",
        message: "if any flags in the group [net-bridged net-host] are set none of the others can be",
      }
      : undefined,
};

function describe(problem: Problem): Failure {
  const failure = (text: string) => ({ text: `Error: ${text}`, exitCode: 1 });
  switch (problem.kind) {
    case "no VM":
      return failure(`VM "${problem.name}" does not exist`);
    case "no image":
      return failure(`failed to pull ${problem.image}: manifest unknown`);
    case "no image name":
      return failure(`failed to parse remote name: ${problem.image}`);
    case "name taken":
      return failure(`VM "${problem.name}" already exists`);
    case "running":
      return failure(`VM "${problem.name}" is running`);
    case "not running":
      return failure(`VM "${problem.name}" is not running`);
    case "no address":
      return failure("no IP address found");
    case "too many":
      return failure(`too many VMs run: ${problem.running.join(", ")}`);
    case "smaller disk":
      return failure(`cannot shrink the disk from ${problem.has} GB to ${problem.asked} GB`);
    case "wrong value":
      return failure(problem.message);
  }
}
