import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { Code } from "../../lib/rpc/code.ts";
import { type Handlers, implement, RpcServer } from "../../lib/rpc/server.ts";
import { CirrusCIService, CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";
import { chunk, rejectsWith } from "./loopback.ts";

/** A server with a certificate for the loopback, and a channel that trusts it. */
async function overTls(
  handlers: Partial<Handlers<typeof CirrusCIService>> & Partial<Handlers<typeof CirrusWorkersService>>,
) {
  await using resources = new AsyncDisposableStack();
  const authority = resources.use(await TestAuthority.create());
  const certificate = await authority.issue("DNS:localhost", "IP:127.0.0.1");
  const server = resources.use(
    await RpcServer.listen({
      hostname: "127.0.0.1",
      port: 0,
      certificate,
      services: [implement(CirrusCIService, handlers), implement(CirrusWorkersService, handlers)],
    }),
  );
  const channel = resources.use(
    await openChannel({ endpoint: server.endpoint, caFile: authority.caFile, keepaliveMs: 1_000 }),
  );
  const ca = await Deno.readTextFile(authority.caFile);
  const owned = resources.move();
  return { server, channel, ca, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

Deno.test("a server with a certificate is reached by TLS, and says who calls", async () => {
  let peer = "";
  await using its = await overTls({
    register: (_request, context) => {
      peer = context.peer;
      return Promise.resolve({ sessionToken: "over TLS" });
    },
  });
  assert.match(its.server.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
  const answer = await createClient(CirrusWorkersService, its.channel).register({});
  assert.equal(answer.sessionToken, "over TLS");
  assert.match(peer, /^127\.0\.0\.1:\d+$/);
});

Deno.test("a server with a certificate takes TLS 1.3 and nothing older", async () => {
  await using its = await overTls({});
  const { port } = its.server;
  const options = { port, host: "127.0.0.1", ca: its.ca, ALPNProtocols: ["h2"] };
  const modern = tls.connect(options);
  await once(modern, "secureConnect");
  assert.deepEqual([modern.getProtocol(), modern.alpnProtocol], ["TLSv1.3", "h2"]);
  modern.destroy();
  const old = tls.connect({ ...options, maxVersion: "TLSv1.2" });
  await assert.rejects(once(old, "secureConnect"));
  old.destroy();
});

Deno.test("long streams come through TLS whole, many at once", async () => {
  await using its = await overTls({
    async streamLogs(entries) {
      let bytes = 0;
      for await (const { value } of entries) if (value.case === "chunk") bytes += value.value.data.byteLength;
      return { bytesLogged: BigInt(bytes) };
    },
  });
  const ci = createClient(CirrusCIService, its.channel);
  const piece = crypto.getRandomValues(new Uint8Array(64 * 1024));
  const pieces = function* () {
    for (let count = 0; count < 64; count++) yield chunk(piece);
  };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () =>
      ci.streamLogs(async function* () {
        yield* pieces();
      }())),
  );
  for (const { bytesLogged } of answers) assert.equal(bytesLogged, 64n * 64n * 1024n);
});

Deno.test("callers that speak no TLS or break off harm nobody", async () => {
  await using its = await overTls({ register: () => Promise.resolve({ sessionToken: "still here" }) });
  for (const words of ["GET / HTTP/1.1\r\n\r\n", ""]) {
    const socket = net.connect(its.server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    await once(socket, "connect");
    socket.write(words);
    const closed = once(socket, "close");
    if (words === "") socket.destroy();
    await closed;
  }
  const untrusting = tls.connect({ port: its.server.port, host: "127.0.0.1" });
  await assert.rejects(once(untrusting, "secureConnect"));
  untrusting.destroy();
  const answer = await createClient(CirrusWorkersService, its.channel).register({});
  assert.equal(answer.sessionToken, "still here");
});

Deno.test("closing a server with a certificate lets calls end, cuts off those that do not, and frees the port", async () => {
  const began = Promise.withResolvers<void>();
  await using its = await overTls({
    poll(_request, { signal }) {
      began.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    register: () => Promise.resolve({}),
  });
  const client = createClient(CirrusWorkersService, its.channel);
  await client.register({});
  const cutOff = rejectsWith(client.poll({}), Code.UNAVAILABLE, /./);
  await began.promise;
  const mute = net.connect(its.server.port, "127.0.0.1");
  mute.on("error", () => {});
  mute.resume();
  await once(mute, "connect");
  await its.server.close({ graceMs: 50 });
  await once(mute, "close");
  await cutOff;
  const again = net.createServer().listen(its.server.port, "127.0.0.1");
  await once(again, "listening");
  again.close();
});

Deno.test("a certificate that nobody could use is refused with what is wrong", async () => {
  await using authority = await TestAuthority.create();
  const [good, other] = [await authority.issue("DNS:localhost"), await authority.issue("DNS:localhost")];
  const listen = (certificate: { cert: string; key: string }) =>
    RpcServer.listen({ hostname: "127.0.0.1", port: 0, certificate, services: [] });
  await assert.rejects(listen({ ...good, cert: "none" }), /The certificate cannot be read: give it in PEM/);
  await assert.rejects(listen({ ...good, key: "none" }), /The private key cannot be read: give it in PEM/);
  await assert.rejects(listen({ ...good, key: other.key }), /The private key is not the certificate's/);
  const itself = await Deno.readTextFile(authority.caFile);
  await assert.rejects(listen({ ...good, cert: itself }), /is one of an authority, .* CA:FALSE/);
});
