import assert from "node:assert/strict";
import { join } from "node:path";
import { announceOnHost } from "../../../lib/cli/controller/announce_on_host.ts";
import { defaultDataDirectory } from "../../../lib/cli/controller/default_data_directory.ts";
import { publishLocalController } from "../../../lib/cli/controller/local_controller.ts";
import { findController } from "../../../lib/cli/controller_client/find_controller.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { TestIo } from "../test_io.ts";

const LOCAL = "http://127.0.0.1:6131";

/** A host with a home, and the data of a controller there where that is asked for. */
async function host(options: { readonly local: boolean }) {
  const folder = await temporaryDirectory();
  const home = { HOME: folder.path, XDG_STATE_HOME: folder.path, LOCALAPPDATA: folder.path };
  const tokenFile = join(folder.path, "token");
  await Deno.writeTextFile(tokenFile, "local-token\n", { mode: 0o600 });
  const io = (environment: Record<string, string> = {}) =>
    new TestIo({ environment: { ...home, ...environment }, workingDirectory: folder.path });
  if (options.local) {
    const dataDirectory = defaultDataDirectory(io());
    await Deno.mkdir(dataDirectory, { recursive: true });
    publishLocalController(dataDirectory, { endpoint: LOCAL, apiTokenFile: tokenFile });
  }
  return { io, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("the controller of this host is found with its token", async () => {
  await using its = await host({ local: true });
  assert.deepEqual(await findController({}, its.io()), { endpoint: LOCAL, token: "local-token" });
  assert.equal((await findController({ endpoint: `${LOCAL}/` }, its.io())).token, "local-token");
});

Deno.test("a controller that was started since with its data elsewhere goes before", async () => {
  await using its = await host({ local: true });
  const endpoint = "http://127.0.0.1:7000";
  const apiTokenFile = join(its.folder, "token");
  await announceOnHost({ endpoint, apiTokenFile }, { io: its.io(), logger: silentLogger });
  assert.deepEqual(await findController({}, its.io()), { endpoint, token: "local-token" });
});

Deno.test("flags win over the environment, which wins over this host's controller", async () => {
  await using its = await host({ local: true });
  const io = its.io({
    CIRRUS_CONTROLLER: "https://ci.example.com",
    CIRRUS_API_TOKEN: "token-of-the-environment",
  });
  assert.deepEqual(await findController({}, io), {
    endpoint: "https://ci.example.com",
    token: "token-of-the-environment",
  });
  await Deno.writeTextFile(join(its.folder, "other"), "token-of-the-flag", { mode: 0o600 });
  assert.deepEqual(
    await findController({ endpoint: "http://other", apiTokenFile: "other", caFile: "ca.pem" }, io),
    {
      endpoint: "http://other",
      token: "token-of-the-flag",
      caFile: join(its.folder, "ca.pem"),
    },
  );
});

Deno.test("the token of this host's controller is sent to no other one", async () => {
  await using its = await host({ local: true });
  for (
    const endpoint of ["http://127.0.0.1:6132", "https://127.0.0.1:6131", "http://evil.example.com:6131"]
  ) {
    await assert.rejects(
      findController({ endpoint }, its.io()),
      /token of .* is missing: give it by --api-token-file/,
    );
  }
});

for (
  const [what, flags, message] of [
    ["no controller", {}, /No controller to ask: .* --endpoint or CIRRUS_CONTROLLER, or start one/],
    ["an address that is none", { endpoint: "ci.example.com:6131" }, /write it as http:\/\/host:port/],
    ["a token file that is not there", { endpoint: LOCAL, apiTokenFile: "gone" }, /file of --api-token-file/],
  ] as const
) {
  Deno.test(`${what} is misuse and says what to do`, async () => {
    await using its = await host({ local: false });
    await assert.rejects(
      findController(flags, its.io()),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  });
}

Deno.test("without a home a controller may still be named", async () => {
  const io = new TestIo({ environment: { CIRRUS_API_TOKEN: "token" } });
  assert.equal((await findController({ endpoint: LOCAL }, io)).token, "token");
  await assert.rejects(findController({}, io), /No controller to ask/);
});
