import assert from "node:assert/strict";
import fc from "fast-check";
import { expandText, expandVariables } from "../../../lib/agent/environment/expand.ts";

const lookup = (name: string) => new Map([["NAME", "value"], ["EMPTY", ""], ["OTHER", "$NAME"]]).get(name);

for (
  const [text, expected] of [
    ["plain", "plain"],
    ["$NAME", "value"],
    ["${NAME}", "value"],
    ["%NAME%", "value"],
    ["a-$NAME-b", "a-value-b"],
    ["$NAME$NAME", "valuevalue"],
    ["$NAMED", ""],
    ["${NAME}D", "valueD"],
    ["${NAME:default}", "value"],
    ["${UNKNOWN:default}", "default"],
    ["${UNKNOWN:a:b}", "a:b"],
    ["${UNKNOWN:}", ""],
    ["${EMPTY:default}", ""],
    ["$UNKNOWN", ""],
    ["${UNKNOWN}", ""],
    ["%UNKNOWN%", ""],
    ["$OTHER", "$NAME"],
    ["100% of $NAME", "100% of value"],
    ["%20%", "%20%"],
    ["costs 5$", "costs 5$"],
    ["$5", "$5"],
    ["${", "${"],
    ["${}", "${}"],
    ["line\n$NAME\n", "line\nvalue\n"],
  ] as const
) {
  Deno.test(`a text ${JSON.stringify(text)} expands to ${JSON.stringify(expected)}`, () => {
    assert.equal(expandText(text, lookup), expected);
  });
}

function expand(variables: Record<string, string>, machine: Record<string, string> = {}) {
  const expanded = expandVariables(new Map(Object.entries(variables)), (name) => machine[name]);
  return Object.fromEntries(expanded);
}

Deno.test("variables are expanded by each other until nothing changes", () => {
  assert.deepEqual(
    expand({ A: "$B/a", B: "${C}/b", C: "%D%/c", D: "d" }),
    { A: "d/c/b/a", B: "d/c/b", C: "d/c", D: "d" },
  );
});

Deno.test("the machine's own variable wins over the task's one", () => {
  assert.deepEqual(
    expand({ PATH: "$PATH:/extra", HOME: "/task", CACHE: "$HOME/cache" }, { PATH: "/bin", HOME: "/root" }),
    { PATH: "/bin:/extra", HOME: "/task", CACHE: "/root/cache" },
  );
});

Deno.test("a value that would refer to itself is left alone", () => {
  assert.deepEqual(expand({ A: "more $A" }), { A: "more $A" });
  assert.deepEqual(expand({ A: "$B", B: "$A" }), { A: "$B", B: "$A" });
  assert.deepEqual(expand({ A: "${A:default}", B: "%B%" }), { A: "${A:default}", B: "%B%" });
});

Deno.test("a name that only begins like the variable's own is no reference to itself", () => {
  assert.deepEqual(expand({ GO: "$GOROOT/bin", GOROOT: "/go" }), { GO: "/go/bin", GOROOT: "/go" });
});

Deno.test("the order of the variables makes no difference", () => {
  const variables = fc.dictionary(
    fc.constantFrom("A", "B", "C", "D"),
    fc.array(fc.constantFrom("$A", "${B}", "%C%", "$D", "${E:x}", "-"), { maxLength: 4 }).map((parts) =>
      parts.join("")
    ),
  );
  fc.assert(
    fc.property(variables, (record) => {
      const reversed = Object.fromEntries(Object.entries(record).reverse());
      assert.deepEqual(expand(record), expand(reversed));
    }),
    { numRuns: 300 },
  );
});

Deno.test("expansion ends for variables that chase each other", () => {
  const expanded = expand({ A: "$B", B: "$C", C: "$B" });
  assert.ok(Object.values(expanded).every((value) => value.length < 10), JSON.stringify(expanded));
});

Deno.test("variables that multiply each other fail by name instead of taking all memory", () => {
  const variables: Record<string, string> = { V0: "x".repeat(1000) };
  for (let i = 1; i <= 9; i++) variables[`V${i}`] = `$V${i - 1}`.repeat(100);
  assert.throws(() => expand(variables), /^Error: Expanding the task's variables: with V\d they grow beyond/);
});
