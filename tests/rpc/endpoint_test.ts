import assert from "node:assert/strict";
import { isLoopback, parseEndpoint } from "../../lib/rpc/endpoint.ts";

const valid = {
  "http://127.0.0.1:8080": { kind: "plaintext", target: "dns:127.0.0.1:8080", host: "127.0.0.1" },
  "http://localhost": { kind: "plaintext", target: "dns:localhost:80", host: "localhost" },
  "HTTP://Upstream.Test:80": { kind: "plaintext", target: "dns:upstream.test:80", host: "upstream.test" },
  "http://[::1]:8080": { kind: "plaintext", target: "dns:[::1]:8080", host: "::1" },
  "https://grpc.cirrus-ci.com:443": {
    kind: "tls",
    target: "dns:grpc.cirrus-ci.com:443",
    host: "grpc.cirrus-ci.com",
  },
  "https://upstream.test/": { kind: "tls", target: "dns:upstream.test:443", host: "upstream.test" },
  "upstream.test:8443": { kind: "tls", target: "dns:upstream.test:8443", host: "upstream.test" },
  "upstream.test": { kind: "tls", target: "dns:upstream.test:443", host: "upstream.test" },
  "localhost:8443": { kind: "tls", target: "dns:localhost:8443", host: "localhost" },
  "[2001:db8::1]:8443": { kind: "tls", target: "dns:[2001:db8::1]:8443", host: "2001:db8::1" },
  "10.0.0.1:8443": { kind: "tls", target: "dns:10.0.0.1:8443", host: "10.0.0.1" },
  "unix:/run/upstream.sock": { kind: "unix", target: "unix:/run/upstream.sock" },
  "unix:///run/upstream.sock": { kind: "unix", target: "unix:/run/upstream.sock" },
  "unix:relative.sock": { kind: "unix", target: "unix:relative.sock" },
} as const;

for (const [endpoint, expected] of Object.entries(valid)) {
  Deno.test(`${endpoint} is ${expected.kind} to ${expected.target}`, () => {
    assert.deepEqual(parseEndpoint(endpoint), expected);
  });
}

const invalid = {
  "": "write it as https://host:port",
  "http://": "write it as https://host:port",
  "host name:1": "write it as https://host:port",
  "https://host:99999": "write it as https://host:port",
  "ftp://host:1": '"ftp" is no scheme of an endpoint; use http, https or unix',
  "grpc://host:1": '"grpc" is no scheme of an endpoint; use http, https or unix',
  "https://host:1/path": "remove what follows the port",
  "https://host:1?token=x": "remove what follows the port",
  "unix:": "the path is missing; write it as unix:/path/to/socket",
};

for (const [endpoint, problem] of Object.entries(invalid)) {
  Deno.test(`"${endpoint}" is refused: ${problem}`, () => {
    assert.throws(() => parseEndpoint(endpoint), { message: `Invalid endpoint "${endpoint}": ${problem}` });
  });
}

Deno.test("a password in an endpoint is refused and kept out of the message", () => {
  assert.throws(() => parseEndpoint("https://me:hunter2@host:1"), {
    message: 'Invalid endpoint "https://***@host:1": remove the user and the password',
  });
});

Deno.test("this machine's names and addresses are loopback", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) assert.ok(isLoopback(host), host);
  for (const host of ["localhost.test", "10.0.0.1", "128.0.0.1", "::2"]) assert.ok(!isLoopback(host), host);
});
