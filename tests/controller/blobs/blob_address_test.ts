import assert from "node:assert/strict";
import { blobOrigin } from "../../../lib/controller/blobs/blob_address.ts";

for (
  const [endpoint, origin] of [
    ["http://ci.example.com:6130", "http://ci.example.com:8080"],
    ["https://10.0.0.5:443", "http://10.0.0.5:8080"],
    ["ci.example.com:443", "http://ci.example.com:8080"],
    ["http://[::1]:6130", "http://[::1]:8080"],
    ["unix:/run/cirrus.sock", "http://127.0.0.1:8080"],
    [undefined, "http://127.0.0.1:8080"],
  ] as const
) {
  Deno.test(`an agent that reaches the controller at ${endpoint} finds files at ${origin}`, () => {
    assert.equal(blobOrigin({ port: 8080, encrypted: false }, endpoint), origin);
  });
}

Deno.test("TLS shows in the scheme", () => {
  assert.equal(blobOrigin({ port: 443, encrypted: true }, "http://ci:1"), "https://ci:443");
});

Deno.test("an origin of its own goes before", () => {
  assert.equal(
    blobOrigin({ origin: "https://files.example.com" }, "http://ci:1"),
    "https://files.example.com",
  );
});
