import { z } from "zod";
import { parseLocalAddress } from "../../units/listen_address.ts";
import { parsedOption } from "../../units/parsed_option.ts";

/** `health` of a configuration file. */
export const healthOptions = z.strictObject({
  listen: parsedOption(parseLocalAddress).meta({
    description: "Where /livez and /readyz are answered; a port alone is for this host only",
    examples: ["127.0.0.1:8086"],
  }),
}).describe("Says whether the worker lives, and whether it is ready for tasks");
