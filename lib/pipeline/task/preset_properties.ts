/** The properties that every task has before its file says otherwise; `environment` is what the host knows. */
export function presetProperties(environment: ReadonlyMap<string, string>): Map<string, string> {
  const presets = new Map([
    ["allow_failures", "false"],
    ["experimental", "false"],
    ["timeout_in", "3600"],
    ["trigger_type", "AUTOMATIC"],
  ]);
  const branch = environment.get("CIRRUS_BRANCH") ?? "";
  if (branch !== (environment.get("CIRRUS_DEFAULT_BRANCH") ?? "")) presets.set("auto_cancellation", "true");
  return presets;
}
