import { z } from "zod";
import { parseLocalAddress } from "../units/listen_address.ts";
import { parsedOption } from "../units/parsed_option.ts";

/** `telemetry` of a configuration file. */
export const telemetryOptions = z.strictObject({
  metrics: z.strictObject({
    listen: parsedOption(parseLocalAddress).meta({
      description: "Where Prometheus finds the metrics, at /metrics; a port alone is for this host only",
      examples: ["127.0.0.1:9464"],
    }),
  }).describe("Metrics for who asks, beside those that OpenTelemetry's variables send"),
}).describe("What others are told of the worker's work");
