import { userVariables } from "../../process/user/program_user.ts";

/** The variables that carry secrets of this program's own. No task ever sees them. */
const OWN_SECRETS: ReadonlySet<string> = new Set([
  "CIRRUS_WORKER_TOKEN",
  "CIRRUS_API_TOKEN",
  // By these the worker is let in by its collector of metrics.
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
]);

/**
 * The environment that tasks on the bare host start from: the worker's, less its own secrets, and the home of whom they
 * run as.
 */
export function hostEnvironment(
  environment: Readonly<Record<string, string>> = Deno.env.toObject(),
): ReadonlyMap<string, string> {
  // Windows gives names back in whatever case somebody set them in.
  const shown = Object.entries(environment).filter(([name]) => !OWN_SECRETS.has(name.toUpperCase()));
  return new Map([...shown, ...userVariables()]);
}
