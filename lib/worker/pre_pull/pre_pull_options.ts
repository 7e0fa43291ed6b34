import { z } from "zod";
import { durationOption, positiveDurationOption } from "../../units/duration_option.ts";

/** `tart-pre-pull` of a worker's configuration file. Durations are read into milliseconds. */
export const prePullOptions = z.strictObject({
  images: z.array(z.string().min(1)).describe("Images of Tart to keep pulled"),
  "check-interval": positiveDurationOption.optional().describe(
    "How often to look for a newer image, such as 3h",
  ),
  jitter: durationOption.optional().describe("At most how much later than that, so that hosts take turns"),
}).transform(({ images, "check-interval": checkIntervalMs, jitter: jitterMs }) => ({
  images,
  checkIntervalMs,
  jitterMs,
})).meta({
  description: "Pulls images of Tart before a task asks for them",
  examples: [{
    images: ["ghcr.io/cirruslabs/macos-tahoe-base:latest"],
    "check-interval": "3h",
    jitter: "30m",
  }],
});

export type ConfiguredPrePull = z.output<typeof prePullOptions>;
