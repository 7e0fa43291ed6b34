import assert from "node:assert/strict";
import { parseVaultReference, selectValue } from "../../../lib/agent/vault/vault_reference.ts";

Deno.test("a reference names a secret, a value in it, and what its engine wants to know", () => {
  assert.deepEqual(parseVaultReference("VAULT[secret/data/db data.password]"), {
    path: "secret/data/db",
    selector: ["data", "password"],
    parameters: [],
    reusable: true,
  });
  assert.deepEqual(
    parseVaultReference("VAULT_NOCACHE[aws/creds/ci access_key ttl=1h role_arn=a role_arn=b]"),
    {
      path: "aws/creds/ci",
      selector: ["access_key"],
      parameters: [["ttl", "1h"], ["role_arn", "a"], ["role_arn", "b"]],
      reusable: false,
    },
  );
});

for (
  const text of ["", "VAULT", "VAULT[a b", "x VAULT[a b]", "VAULT[a b] x", "vault[a b]", "VAULT_OTHER[a b]"]
) {
  Deno.test(`${JSON.stringify(text)} is a value like any other`, () => {
    assert.equal(parseVaultReference(text), undefined);
  });
}

for (
  const [text, problem] of [
    ["VAULT[]", /must be written as VAULT\[PATH SELECTOR\]/],
    ["VAULT[secret/data/db]", /must be written as VAULT\[PATH SELECTOR\]/],
    ["VAULT[ data.x]", /must be written as VAULT\[PATH SELECTOR\]/],
    ["VAULT[a data..x]", /the selector "data..x" must be keys with dots/],
    ["VAULT[a  b]", /the selector "" must be keys/],
    ["VAULT[a version=2]", /the selector "version=2" must be keys/],
    ["VAULT[a b c]", /the parameter "c" must be written as NAME=VALUE/],
    ["VAULT[a b c=]", /the parameter "c=" must be/],
    ["VAULT[a b c=d=e]", /the parameter "c=d=e" must be/],
  ] as const
) {
  Deno.test(`${text} says how to write it`, () => {
    assert.throws(() => parseVaultReference(text), problem);
  });
}

const DATA = {
  text: "a",
  port: 5432,
  on: false,
  map: { b: "c" },
  list: [1],
  nothing: null,
};

Deno.test("a selector finds texts, numbers and truth values, and maps as JSON", () => {
  assert.equal(selectValue(DATA, ["text"]), "a");
  assert.equal(selectValue(DATA, ["port"]), "5432");
  assert.equal(selectValue(DATA, ["on"]), "false");
  assert.equal(selectValue(DATA, ["map", "b"]), "c");
  assert.equal(selectValue({ map: { b: "c" } }, ["map"]), '{"b":"c"}');
});

for (
  const [selector, problem] of [
    ["passwort", /The secret's data has no "passwort", only "text", "port"/],
    ["map.c", /"map" has no "c", only "b"/],
    ["text.length", /"text" has no "length"$/],
    ["map.constructor", /"map" has no "constructor"/],
    ["list", /"list" is a list, not a text/],
    ["nothing", /"nothing" is null, not a text/],
  ] as const
) {
  Deno.test(`the selector ${selector} says what there is, and no value`, () => {
    assert.throws(() => selectValue(DATA, selector.split(".")), problem);
  });
}
