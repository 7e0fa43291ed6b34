import assert from "node:assert/strict";
import { join } from "node:path";
import { trustedRoots } from "../../lib/rpc/trusted_roots.ts";
import { environment } from "./environment.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { TestAuthority } from "../helpers/tls_certificates.ts";

Deno.test("without a CA file the system's and the bundled authorities are trusted, each once", async () => {
  using _variable = environment("SSL_CERT_FILE", undefined);
  const roots = await trustedRoots();
  assert.ok(roots.length > 50, `${roots.length}`);
  assert.equal(new Set(roots).size, roots.length);
});

Deno.test("a CA file is all that is trusted, text around its certificates aside", async () => {
  await using directory = await temporaryDirectory();
  await using one = await TestAuthority.create();
  await using two = await TestAuthority.create();
  const file = join(directory.path, "bundle.pem");
  const [first, second] = [await Deno.readTextFile(one.caFile), await Deno.readTextFile(two.caFile)];
  await Deno.writeTextFile(file, `# ours\n${first}\n# theirs\n${second}`);
  assert.deepEqual(await trustedRoots({ caFile: file }), [first.trim(), second.trim()]);
});

Deno.test("a CA file that is missing, a folder, empty or damaged says so", async () => {
  await using directory = await temporaryDirectory();
  const missing = join(directory.path, "missing.pem");
  await assert.rejects(trustedRoots({ caFile: missing }), {
    message: `Could not read the CA file "${missing}": there is no such file; check the path`,
  });
  await assert.rejects(trustedRoots({ caFile: directory.path }), {
    message: new RegExp(`^Could not read the CA file "${directory.path}": `),
  });
  const file = join(directory.path, "ca.pem");
  await Deno.writeTextFile(file, "no certificate at all\n");
  await assert.rejects(trustedRoots({ caFile: file }), {
    message: `Could not use the CA file "${file}": it holds no certificate; it must be in PEM format`,
  });
  await Deno.writeTextFile(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  await assert.rejects(trustedRoots({ caFile: file }), {
    message: `Could not use the CA file "${file}": its certificate 1 is damaged; get the file anew`,
  });
});

Deno.test("a bad file in SSL_CERT_FILE says where it came from", async () => {
  using _variable = environment("SSL_CERT_FILE", "/nowhere/ca.pem");
  await assert.rejects(trustedRoots(), {
    message:
      'Could not read the CA file of SSL_CERT_FILE "/nowhere/ca.pem": there is no such file; check the path',
  });
});
