import { create } from "@bufbuild/protobuf";
import { z } from "zod";
import {
  StandbyInstanceParameters_WarmupSchema,
  StandbyInstanceParametersSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Node } from "../../pipeline/node.ts";
import { durationOption } from "../../units/duration_option.ts";
import { amounts } from "../options/identity_options.ts";
import { readStandbyIsolation, standbyIsolationSchema } from "./standby_isolation.ts";

const isolation = z.custom<Node>((node) => node !== undefined, {
  error: "A standby machine needs an isolation: write tart or vetu below it",
}).transform((node, { issues }) => {
  const result = readStandbyIsolation(node);
  if (result.kind === "read") return result.isolation;
  for (const { message, at } of result.problems) {
    issues.push({ code: "custom", input: node, message, params: { at } });
  }
  return z.NEVER;
});

const warmup = z.strictObject({
  script: z.string().min(1).describe("Script to run in the machine once it has started"),
  timeout: durationOption.optional().describe("After how long to stop waiting for it, such as 10m"),
}).transform(({ script, timeout = 0 }) =>
  create(StandbyInstanceParameters_WarmupSchema, {
    script,
    timeoutSeconds: BigInt(Math.floor(timeout / 1000)),
  })
);

/** `standby` of a worker's configuration file, read into the protocol's message. */
export const standbyOptions = z.strictObject({
  isolation: isolation.meta({
    ...standbyIsolationSchema,
    description: "What the machine is like; a task takes it whose isolation says the same",
  }),
  resources: amounts.optional().describe("What the machine takes of the worker's resources while it waits"),
  warmup: warmup.optional().describe("What prepares the machine before a task takes it"),
}).transform(({ isolation, resources = {}, warmup }) =>
  create(StandbyInstanceParametersSchema, { isolation, resources, ...warmup && { warmup } })
).meta({
  description: "Keeps a virtual machine started for the next task whose isolation says the same",
  examples: [{
    isolation: { tart: { image: "ghcr.io/cirruslabs/macos-tahoe-base:latest", cpu: 4, memory: "8G" } },
    resources: { "tart-vms": 1 },
    warmup: { script: "xcrun simctl list", timeout: "10m" },
  }],
});
