import { Buffer } from "node:buffer";
import http from "node:http";
import assert from "node:assert/strict";
import { Transfers } from "../../lib/agent/transfers.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";

/** A store of files by path, over TLS with a certificate that only `caFile` vouches for. */
async function startStore(...names: [string, ...string[]]) {
  await using resources = new AsyncDisposableStack();
  const authority = resources.use(await TestAuthority.create());
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...await authority.issue(...names),
    onListen: () => {},
  }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      files.set(pathname, await request.bytes());
      return new Response(null, { headers: { etag: '"1"' } });
    }
    const file = files.get(pathname);
    return new Response(file ?? null, { status: file ? 200 : 404 });
  });
  resources.defer(() => server.shutdown());
  const owned = resources.move();
  return {
    port: server.addr.port,
    caFile: authority.caFile,
    files,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const signal = AbortSignal.timeout(60_000);

function content(text: string) {
  const bytes = new TextEncoder().encode(text);
  return { body: ReadableStream.from([bytes]), size: bytes.length };
}

function put(transfers: Transfers, url: string): Promise<string | undefined> {
  return transfers.upload({ url, method: "PUT", headers: {}, content: content("over TLS") }, signal);
}

for (const [host, name] of [["localhost", "DNS:localhost"], ["127.0.0.1", "IP:127.0.0.1"]] as const) {
  Deno.test(`files go to and from ${host} by TLS where its authority is trusted`, async () => {
    await using store = await startStore(name);
    using transfers = new Transfers(store);
    const url = `https://${host}:${store.port}/file`;
    assert.equal(await transfers.download(url, signal), undefined);
    assert.equal(await transfers.isThere(url, signal), false);
    assert.equal(await put(transfers, url), '"1"');
    assert.equal(await transfers.isThere(url, signal), true);
    const stored = await transfers.download(url, signal);
    assert.equal(await new Response(stored?.body).text(), "over TLS");
    transfers[Symbol.dispose]();
  });
}

Deno.test("a server is not trusted whose authority nobody named, nor one of another name", async () => {
  await using store = await startStore("DNS:localhost");
  using strangers = new Transfers();
  using transfers = new Transfers(store);
  const url = `https://localhost:${store.port}/file`;
  await assert.rejects(strangers.download(`${url}?signature=1`, signal), ({ message }: Error) => {
    assert.match(message, /^Reaching the server of a file: .*certificate/);
    assert.doesNotMatch(message, /localhost|signature/);
    return true;
  });
  await assert.rejects(put(strangers, url), /^Error: Uploading a file: .*certificate/i);
  await assert.rejects(transfers.download(`https://127.0.0.1:${store.port}/file`, signal), /certificate/i);
  await assert.rejects(put(transfers, `https://127.0.0.1:${store.port}/file`), /^Error: Uploading a file/);
  assert.equal(store.files.size, 0);
});

Deno.test("SSL_CERT_FILE names the authority where nothing else does", async () => {
  await using store = await startStore("DNS:localhost");
  const before = Deno.env.get("SSL_CERT_FILE");
  Deno.env.set("SSL_CERT_FILE", store.caFile);
  try {
    using transfers = new Transfers();
    assert.equal(await put(transfers, `https://localhost:${store.port}/file`), '"1"');
    assert.ok(await transfers.isThere(`https://localhost:${store.port}/file`, signal));
  } finally {
    if (before === undefined) Deno.env.delete("SSL_CERT_FILE");
    else Deno.env.set("SSL_CERT_FILE", before);
  }
});

Deno.test("an authority of one's own is trusted beside those of SSL_CERT_FILE", async () => {
  await using own = await startStore("DNS:localhost");
  await using other = await startStore("DNS:localhost");
  const before = Deno.env.get("SSL_CERT_FILE");
  Deno.env.set("SSL_CERT_FILE", other.caFile);
  try {
    using transfers = new Transfers(own);
    for (const { port } of [own, other]) {
      assert.equal(await put(transfers, `https://localhost:${port}/f`), '"1"');
    }
  } finally {
    if (before === undefined) Deno.env.delete("SSL_CERT_FILE");
    else Deno.env.set("SSL_CERT_FILE", before);
  }
});

/** A server that keeps its connections, tells how many there were, and may cut one off instead of answering. */
async function startKeeper() {
  const state = { connections: 0, bodies: [] as string[], cutOff: (_request: number): boolean => false };
  let requests = 0;
  const server = http.createServer((request, response) => {
    if (state.cutOff(++requests)) {
      request.socket.destroy();
      return;
    }
    const body: Uint8Array[] = [];
    request.on("data", (chunk) => body.push(chunk));
    request.on("end", () => {
      state.bodies.push(`${request.headers["content-length"]} ${Buffer.concat(body)}`);
      response.end("stored");
    });
  });
  server.on("connection", () => state.connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    state,
    url: `http://127.0.0.1:${address.port}/file`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

Deno.test("small files share a connection and have their length", async () => {
  await using keeper = await startKeeper();
  using transfers = new Transfers();
  for (const text of ["one", "", "three"]) {
    const upload = { url: keeper.url, method: "PUT", headers: {}, content: content(text) } as const;
    await transfers.upload(upload, signal);
  }
  assert.deepEqual(keeper.state.bodies, ["3 one", "0 ", "5 three"]);
  assert.equal(keeper.state.connections, 1);
});

Deno.test("a small file is sent again when its connection is cut off, but only once", async () => {
  await using keeper = await startKeeper();
  using transfers = new Transfers();
  keeper.state.cutOff = (request) => request === 2;
  await put(transfers, keeper.url);
  await put(transfers, keeper.url);
  assert.deepEqual(keeper.state.bodies, ["8 over TLS", "8 over TLS"]);
  keeper.state.cutOff = () => true;
  await assert.rejects(put(transfers, keeper.url), (error: Error) => {
    assert.match(error.message, /^Uploading a file: Reaching the server of a file: /);
    assert.ok(!error.message.includes(keeper.url));
    return true;
  });
});

for (const [size, announced] of [[10, 11], [10, 9], [1e6, 1e6 + 1], [1e6, 1e6 - 1]] as const) {
  Deno.test(`a file of ${size} bytes instead of ${announced} is an error`, async () => {
    await using keeper = await startKeeper();
    using transfers = new Transfers();
    const body = ReadableStream.from([new Uint8Array(size)]);
    const upload = {
      url: keeper.url,
      method: "PUT",
      headers: {},
      content: { body, size: size + 1 },
    } as const;
    await assert.rejects(transfers.upload(upload, signal), /^Error: Uploading a file: it has .* bytes/);
    assert.deepEqual(keeper.state.bodies, []);
  });
}

Deno.test("no message shows the URL of a server that cuts the connection off", async () => {
  await using keeper = await startKeeper();
  using transfers = new Transfers();
  keeper.state.cutOff = () => true;
  const url = keeper.url.replace("//", "//user:password@") + "?signature=(secret): ";
  const attempts = [
    () => put(transfers, url),
    () => transfers.download(url, signal),
    () => transfers.isThere(url, signal),
  ];
  for (const attempt of attempts) {
    await assert.rejects(attempt(), ({ message }: Error) => {
      assert.match(message, /Reaching the server of a file: client error \(SendRequest\): connection closed/);
      assert.doesNotMatch(message, /127|signature|secret|password/);
      return true;
    });
  }
});
