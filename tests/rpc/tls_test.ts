import assert from "node:assert/strict";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { Code } from "../../lib/rpc/code.ts";
import { CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";
import { TlsFront } from "../helpers/tls_front.ts";
import { environment } from "./environment.ts";
import { listen, rejectsWith } from "./loopback.ts";

/** What a server behind TLS answers to a client that trusts `caFile`. */
async function register(endpoint: string, caFile?: string): Promise<string> {
  using channel = await openChannel({ endpoint, ...(caFile === undefined ? {} : { caFile }) });
  return (await createClient(CirrusWorkersService, channel).register({})).sessionToken;
}

async function plaintextServer() {
  return await listen({ register: () => Promise.resolve({ sessionToken: "over TLS" }) });
}

Deno.test("a server whose authority is the CA file is reached by name, by address and without a scheme", async () => {
  await using server = await plaintextServer();
  await using authority = await TestAuthority.create();
  const certificate = await authority.issue("DNS:localhost", "IP:127.0.0.1");
  await using front = await TlsFront.listen({ certificate, to: server.port });
  for (const host of ["https://localhost", "https://127.0.0.1", "localhost", "127.0.0.1"]) {
    assert.equal(await register(`${host}:${front.port}`, authority.caFile), "over TLS");
  }
});

Deno.test("a server whose certificate is for another name or address is refused", async () => {
  await using server = await plaintextServer();
  await using authority = await TestAuthority.create();
  const certificate = await authority.issue("DNS:other.test", "IP:127.0.0.2");
  await using front = await TlsFront.listen({ certificate, to: server.port });
  for (const host of ["localhost", "127.0.0.1"]) {
    await rejectsWith(
      register(`https://${host}:${front.port}`, authority.caFile),
      Code.UNAVAILABLE,
      /its certificate is for another name; use the one it was issued for/,
    );
  }
});

Deno.test("a server of an authority that is not trusted is refused", async () => {
  await using server = await plaintextServer();
  await using theirs = await TestAuthority.create();
  await using ours = await TestAuthority.create();
  const certificate = await theirs.issue("DNS:localhost");
  await using front = await TlsFront.listen({ certificate, to: server.port });
  for (const caFile of [ours.caFile, undefined]) {
    await rejectsWith(
      register(`https://localhost:${front.port}`, caFile),
      Code.UNAVAILABLE,
      /its certificate is not trusted; name the authority that signed it as the CA file/,
    );
  }
});

Deno.test("a server without TLS 1.3 is refused", async () => {
  await using server = await plaintextServer();
  await using authority = await TestAuthority.create();
  const certificate = await authority.issue("DNS:localhost");
  await using front = await TlsFront.listen({ certificate, to: server.port, maxVersion: "TLSv1.2" });
  await rejectsWith(
    register(`https://localhost:${front.port}`, authority.caFile),
    Code.UNAVAILABLE,
    /it offers no TLS 1\.3/,
  );
});

Deno.test("TLS to a plaintext server and plaintext to a TLS server say what to change", async () => {
  await using server = await plaintextServer();
  await using authority = await TestAuthority.create();
  const certificate = await authority.issue("DNS:localhost");
  await using front = await TlsFront.listen({ certificate, to: server.port });
  await rejectsWith(
    register(`https://localhost:${server.port}`, authority.caFile),
    Code.UNAVAILABLE,
    /it speaks no TLS; write http:\/\//,
  );
  await rejectsWith(
    register(`http://localhost:${front.port}`),
    Code.UNAVAILABLE,
    /http:\/\/ against https:\/\//,
  );
});

Deno.test("a server behind TLS that hangs after the handshake fails within the bound", async () => {
  const mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using authority = await TestAuthority.create();
  const certificate = await authority.issue("DNS:localhost");
  await using front = await TlsFront.listen({ certificate, to: mute.addr.port });
  using channel = await openChannel({
    endpoint: `https://localhost:${front.port}`,
    caFile: authority.caFile,
    connectTimeoutMs: 200,
  });
  await rejectsWith(
    createClient(CirrusWorkersService, channel).register({}),
    Code.UNAVAILABLE,
    /it takes connections and says nothing/,
  );
  mute.close();
});

Deno.test("SSL_CERT_FILE names the authorities when no CA file is given", async () => {
  await using server = await plaintextServer();
  await using authority = await TestAuthority.create();
  const certificate = await authority.issue("DNS:localhost");
  await using front = await TlsFront.listen({ certificate, to: server.port });
  using _variable = environment("SSL_CERT_FILE", authority.caFile);
  assert.equal(await register(`https://localhost:${front.port}`), "over TLS");
});
