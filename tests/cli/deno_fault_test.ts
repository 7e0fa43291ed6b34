import assert from "node:assert/strict";
import { denoFault } from "../../lib/cli/deno_fault.ts";

for (const version of ["2.9.4", "2.9.8", "2.9.10", "2.10.0", "3.0.0", "2.9.4-rc.1"]) {
  Deno.test(`Deno ${version} has the fault of HTTP/2, and the one to run instead is named`, () => {
    assert.match(denoFault(version) ?? "", new RegExp(`Deno ${version} .*npx -y deno@2\\.9\\.3 task worker`));
  });
}

for (const version of ["2.9.3", "2.9.2", "2.6.10", "1.46.3"]) {
  Deno.test(`Deno ${version} does not have the fault of HTTP/2`, () =>
    assert.equal(denoFault(version), undefined));
}

Deno.test("the Deno that these tests run on does not have the fault of HTTP/2", () => {
  assert.equal(denoFault(Deno.version.deno), undefined);
});
