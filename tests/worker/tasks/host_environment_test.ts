import assert from "node:assert/strict";
import { hostEnvironment } from "../../../lib/worker/tasks/host_environment.ts";

Deno.test("tasks see the host's environment", () => {
  assert.equal(hostEnvironment({ PATH: "/bin", EMPTY: "" }).get("PATH"), "/bin");
  assert.equal(hostEnvironment({ PATH: "/bin", EMPTY: "" }).get("EMPTY"), "");
});

for (
  const secret of [
    "CIRRUS_WORKER_TOKEN",
    "CIRRUS_API_TOKEN",
    "cirrus_worker_token",
    "OTEL_EXPORTER_OTLP_HEADERS",
  ]
) {
  Deno.test(`tasks never see ${secret}`, () => {
    assert.deepEqual([...hostEnvironment({ [secret]: "s", A: "b" })], [["A", "b"]]);
  });
}
