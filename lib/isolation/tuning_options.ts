import { z } from "zod";

/** `tuning` of a worker's configuration file. */
export const tuningOptions = z.strictObject({
  vetu: z.strictObject({
    mtu: z.int().min(68).max(65_535).optional().describe(
      "Largest packet on the host's side of a machine's network, in bytes",
    ),
  }).optional().describe("Virtual machines of Vetu"),
}).meta({ description: "How machines are run", examples: [{ vetu: { mtu: 1400 } }] });

export type ConfiguredTuning = z.output<typeof tuningOptions>;
