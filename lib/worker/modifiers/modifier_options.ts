import { z } from "zod";
import { amounts } from "../options/identity_options.ts";

/** `resource-modifiers` of a worker's configuration file. */
export const modifierOptions = z.array(z.strictObject({
  match: amounts.refine((match) => Object.keys(match).length > 0, {
    error: 'There is no resource to match: write one, such as "gpu: 1"',
  }).describe("Matches a task that asks for each of these, and for no more of it"),
  append: z.strictObject({
    run: z.array(z.string()).optional().describe('Arguments to add to "vetu run"'),
  }).describe("What the task that holds it gets"),
})).meta({
  description: "What tasks with certain resources get, such as a device; each serves one task at a time",
  examples: [[{ match: { gpu: 1 }, append: { run: ["--device", "/dev/vfio/1"] } }]],
});

export type ConfiguredModifier = z.output<typeof modifierOptions>[number];
