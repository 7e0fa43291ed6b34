import assert from "node:assert/strict";
import { selectContent } from "../../../lib/controller/http/select_content.ts";

const ETAG = '"abc"';

function select(headers: Record<string, string>, size = 10) {
  const { status, range, headers: answer } = selectContent(new Headers(headers), { size, etag: ETAG });
  return { status, range, length: answer["content-length"], contentRange: answer["content-range"] };
}

Deno.test("all is sent where nothing else is asked for", () => {
  const all = { status: 200, range: undefined, length: "10", contentRange: undefined };
  assert.deepEqual(select({}), all);
  assert.deepEqual(select({ range: "bytes=0-1,4-5" }), all, "several ranges may be passed over");
  assert.deepEqual(select({ range: "lines=1-2" }), all);
});

Deno.test("a range is cut to what there is, and one outside of it cannot be satisfied", () => {
  assert.deepEqual(select({ range: "bytes=2-4" }), {
    status: 206,
    range: { start: 2, end: 5 },
    length: "3",
    contentRange: "bytes 2-4/10",
  });
  assert.equal(select({ range: "bytes=8-99" }).contentRange, "bytes 8-9/10");
  assert.equal(select({ range: "bytes=-3" }).contentRange, "bytes 7-9/10");
  assert.equal(select({ range: "bytes=-99" }).contentRange, "bytes 0-9/10");
  const outside = { status: 416, range: undefined, length: undefined, contentRange: "bytes */10" };
  assert.deepEqual(select({ range: "bytes=10-" }), outside);
  assert.deepEqual(select({ range: "bytes=-0" }), outside);
  assert.equal(select({ range: "bytes=0-" }, 0).contentRange, "bytes */0");
});

Deno.test("what the caller has already is not sent again", () => {
  for (const known of [ETAG, 'W/"abc"', '"x", "abc"', "*", ' "x" , W/"abc" ']) {
    assert.equal(select({ "if-none-match": known, range: "bytes=0-1" }).status, 304, known);
  }
  for (const other of ['"x"', '"abcd"', "abc", ""]) {
    assert.equal(select({ "if-none-match": other }).status, 200, other);
  }
});

Deno.test("a range of something else than what is here now is answered with all of it", () => {
  const range = "bytes=2-4";
  assert.equal(select({ range, "if-range": ETAG }).status, 206);
  for (const other of ['"x"', 'W/"abc"', "Wed, 21 Oct 2026 07:28:00 GMT"]) {
    assert.equal(select({ range, "if-range": other }).status, 200, other);
  }
});
