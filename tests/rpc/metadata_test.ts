import assert from "node:assert/strict";
import { taskIdentification, taskMetadata, workersMetadata } from "../../lib/rpc/metadata.ts";

Deno.test("a worker's calls carry its pool's token, its session's and its name", () => {
  assert.deepEqual(
    workersMetadata({ registrationToken: "pool", sessionToken: "session", workerName: "mac-1" }),
    {
      "registration-token": "pool",
      "session-token": "session",
      "worker-name": "mac-1",
    },
  );
});

Deno.test("without a session there is no session token", () => {
  assert.deepEqual(workersMetadata({ registrationToken: "pool", workerName: "mac-1" }), {
    "registration-token": "pool",
    "worker-name": "mac-1",
  });
});

Deno.test("an agent's calls carry the task, its secret and the endpoint it was given", () => {
  assert.deepEqual(taskMetadata({ taskId: "abc", clientSecret: "secret", endpoint: "http://127.0.0.1:1" }), {
    "org.cirruslabs.task-id": "abc",
    "org.cirruslabs.client-secret": "secret",
    "org.cirruslabs.api-endpoint": "http://127.0.0.1:1",
  });
});

Deno.test("a worker's calls about a task carry the task and its secret", () => {
  assert.deepEqual(taskMetadata({ taskId: "abc", clientSecret: "secret" }), {
    "org.cirruslabs.task-id": "abc",
    "org.cirruslabs.client-secret": "secret",
  });
});

Deno.test("an id that is a signed 64-bit decimal identifies its task in the deprecated way, too", () => {
  for (
    const [id, taskId] of [
      ["0", 0n],
      ["1234567890123", 1234567890123n],
      ["-5", -5n],
      ["+5", 5n],
      ["007", 7n],
      ["9223372036854775807", 9223372036854775807n],
      ["-9223372036854775808", -9223372036854775808n],
    ] as const
  ) {
    assert.deepEqual(taskIdentification(id, "secret"), { taskId, secret: "secret" });
  }
});

Deno.test("any other id leaves the deprecated field unset", () => {
  const ids = [
    "",
    " 1",
    "1.0",
    "0x10",
    "1e3",
    "-",
    "abc",
    "9223372036854775808",
    "-9223372036854775809",
    "١",
  ];
  for (const id of ids) assert.equal(taskIdentification(id, "secret"), undefined, id);
});
