import { z } from "zod";

/** `name` of a worker's configuration file. */
export const nameOption = z.string().regex(/^[\x20-\x7e]+$/, {
  error: "Invalid name: it must be printable ASCII and not empty, since it is sent with every call",
}).meta({
  description: "Must be unique in the pool; the host's name without .lan or .local when not given",
  examples: ["mini-1"],
});

/** `labels` of a worker's configuration file. */
export const labelOptions = z.record(z.string().min(1), z.string())
  .meta({
    description: "Labels beside os, arch, version, hostname and name, by which tasks choose a worker",
    examples: [{ rack: "2" }],
  });

/** Amounts by resource name in a configuration file. */
export const amounts = z.record(
  z.string().min(1),
  z.number().min(0, { error: "Invalid amount: it must be a number from 0 up" }),
);

/** `resources` of a worker's configuration file. */
export const resourceOptions = amounts.meta({
  description: "What tasks can ask for, by name; fractions are allowed",
  examples: [{ gpu: 1, memory: 64.5 }],
});
