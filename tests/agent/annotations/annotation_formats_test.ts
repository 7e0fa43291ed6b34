import assert from "node:assert/strict";
import { ANNOTATION_FORMATS, annotationParser } from "../../../lib/agent/annotations/annotation_formats.ts";
import { annotationsOf, reportOf, toLine } from "./read_annotations.ts";

/** What each report of `tests/testdata/annotations` says, and what the first annotation adds to its line. */
const REPORTS = [
  {
    format: "golangci",
    file: "golangci.json",
    lines: [
      "LINT_RESULT FAILURE cmd/shop/main.go 11:11-11:11 Error return value of `os.Remove` is not checked (errcheck)",
      'LINT_RESULT FAILURE cmd/shop/main.go 13:15-13:15 printf: fmt.Printf format %d has arg "none" of wrong type string (govet)',
      "LINT_RESULT NOTICE cmd/shop/main.go 1:1-1:1 package-comments: should have a package comment (revive)",
      "LINT_RESULT NOTICE cmd/shop/main.go 15:16-15:16 var-declaration: should drop = nil from declaration of var s; it is the zero value (revive)",
      "LINT_RESULT NOTICE cmd/shop/main.go 16:2-17:0 empty-block: this block is empty, you can remove it (revive)",
      "LINT_RESULT WARNING cmd/shop/main.go 8:5-8:5 var unused is unused (unused)",
    ],
  },
  {
    format: "golangci",
    file: "golangci_with_summary.json",
    lines: [
      "LINT_RESULT FAILURE cmd/shop/main.go 11:11-11:11 Error return value of `os.Remove` is not checked (errcheck)",
      'LINT_RESULT FAILURE cmd/shop/main.go 13:15-13:15 printf: fmt.Printf format %d has arg "none" of wrong type string (govet)',
      "LINT_RESULT WARNING cmd/shop/main.go 1:1-1:1 package-comments: should have a package comment (revive)",
      "LINT_RESULT WARNING cmd/shop/main.go 15:16-15:16 var-declaration: should drop = nil from declaration of var s; it is the zero value (revive)",
      "LINT_RESULT WARNING cmd/shop/main.go 16:2-17:0 empty-block: this block is empty, you can remove it (revive)",
      "LINT_RESULT FAILURE cmd/shop/main.go 8:5-8:5 var unused is unused (unused)",
    ],
  },
  {
    format: "eslint",
    file: "eslint.json",
    lines: [
      "LINT_RESULT FAILURE /tmp/project/src/broken.js 2:1-2:1 Parsing error: Unexpected token",
      "LINT_RESULT WARNING /tmp/project/src/sum.js 1:7-1:13 no-unused-vars: 'unused' is assigned a value but never used.",
      "LINT_RESULT FAILURE /tmp/project/src/sum.js 4:9-4:11 eqeqeq: Expected '===' and instead saw '=='.",
      "LINT_RESULT FAILURE /tmp/project/src/sum.js 5:3-5:10 no-undef: 'console' is not defined.",
      "LINT_RESULT WARNING /tmp/project/src/sum.js 5:3-5:14 no-console: Unexpected console statement.",
      "LINT_RESULT FAILURE /tmp/project/src/sum.js 7:5-7:18 no-undef: 'undefinedName' is not defined.",
    ],
  },
  {
    format: "checkstyle",
    file: "checkstyle.xml",
    name: "com.puppycrawl.tools.checkstyle.checks.whitespace.FileTabCharacterCheck",
    lines: [
      "LINT_RESULT WARNING /tmp/project/java/Sum.java 2:1-2:1 File contains tab characters (this is the first instance).",
      "LINT_RESULT FAILURE /tmp/project/java/Sum.java 2:22-2:22 ',' is not followed by whitespace.",
      `LINT_RESULT NOTICE /tmp/project/java/Sum.java 3:0-3:0 Line matches the illegal pattern '".*&'.`,
      "LINT_RESULT FAILURE /tmp/project/java/Sum.java 3:9-3:9 'if' construct must use '{}'s.",
    ],
  },
  {
    format: "checkstyle",
    file: "checkstyle_eslint.xml",
    lines: [
      "LINT_RESULT FAILURE /tmp/project/src/broken.js 2:1-2:1 Parsing error: Unexpected token",
      "LINT_RESULT WARNING /tmp/project/src/sum.js 1:7-1:7 'unused' is assigned a value but never used. (no-unused-vars)",
      "LINT_RESULT FAILURE /tmp/project/src/sum.js 4:9-4:9 Expected '===' and instead saw '=='. (eqeqeq)",
      "LINT_RESULT FAILURE /tmp/project/src/sum.js 5:3-5:3 'console' is not defined. (no-undef)",
      "LINT_RESULT WARNING /tmp/project/src/sum.js 5:3-5:3 Unexpected console statement. (no-console)",
      "LINT_RESULT FAILURE /tmp/project/src/sum.js 7:5-7:5 'undefinedName' is not defined. (no-undef)",
    ],
  },
  {
    format: "android-lint",
    file: "android_lint.xml",
    details:
      /^This issue type represents a problem running lint itself\. .*\nThese errors are not errors in your/,
    lines: [
      'LINT_RESULT FAILURE nowhere No `.class` files were found in project ".", so none of the classfile based checks could be run. Does the project need to be built first?',
      "LINT_RESULT FAILURE res/layout/main.xml 6:16-6:16 Duplicate id `@+id/a`, already defined earlier in this layout",
      "LINT_RESULT FAILURE res/layout/main.xml 5:16-5:16 Duplicate id `@+id/a`, already defined earlier in this layout",
      "LINT_RESULT FAILURE AndroidManifest.xml 4:22-4:22 Permission is only granted to system apps",
      'LINT_RESULT FAILURE res/values/strings.xml 3:13-3:13 "`unused`" is not translated in "de" (German)',
      'LINT_RESULT FAILURE res/values-de/strings.xml 3:13-3:13 "`nur`" is translated here but not found in default locale',
      "LINT_RESULT FAILURE AndroidManifest.xml 5:46-5:46 Avoid hardcoding the debug mode; leaving it out allows debug and release builds to automatically assign one",
      "LINT_RESULT WARNING res/layout/main.xml 2:1-2:1 The resource `R.layout.main` appears to be unused",
      "LINT_RESULT WARNING res/values-de/strings.xml 3:13-3:13 The resource `R.string.nur` appears to be unused",
      "LINT_RESULT WARNING res/values/strings.xml 3:13-3:13 The resource `R.string.unused` appears to be unused",
      'LINT_RESULT WARNING res/values/strings.xml 3:27-3:27 Replace straight quotes (") with directional quotes (“”, &#8220; and &#8221;) ?',
      "LINT_RESULT WARNING AndroidManifest.xml 5:5-5:5 App is not indexable by Google Search; consider adding at least one Activity with an ACTION-VIEW intent filter. See issue explanation for more details.",
      "LINT_RESULT WARNING res/layout/main.xml 5:5-5:5 [Accessibility] Missing `contentDescription` attribute on image",
      "LINT_RESULT WARNING res/layout/main.xml 6:5-6:5 [Accessibility] Missing `contentDescription` attribute on image",
      'LINT_RESULT WARNING res/layout/main.xml 4:88-4:88 [I18N] Hardcoded string "Hello", should use `@string` resource',
    ],
  },
  {
    format: "rspec",
    file: "rspec.json",
    name: "Sum doubles <equal> numbers",
    details: /^expected: 5\n {5}got: 4\n\n\(compared using ==\)$/,
    lines: [
      "TEST_RESULT FAILURE ./spec/sum_spec.rb 8:0-8:0 Sum doubles <equal> numbers",
      "TEST_RESULT NOTICE ./spec/sum_spec.rb 12:0-12:0 Sum overflows",
      "TEST_RESULT NOTICE ./spec/sum_spec.rb 17:0-17:0 Sum subtracts",
      "TEST_RESULT FAILURE ./spec/sum_spec.rb 20:0-20:0 Sum with nothing fails",
    ],
  },
  {
    format: "rubocop",
    file: "rubocop.json",
    lines: [
      "LINT_RESULT FAILURE lib/broken.rb 2:1-2:1 Lint/Syntax: unexpected token $end\n(Using Ruby 2.6 parser; configure using `TargetRubyVersion` parameter, under `AllCops`)",
      "LINT_RESULT NOTICE lib/sum.rb 1:1-1:1 Style/FrozenStringLiteralComment: Missing frozen string literal comment.",
      "LINT_RESULT NOTICE lib/sum.rb 3:1-3:9 Style/Documentation: Missing top-level documentation comment for `class Sum`.",
      "LINT_RESULT NOTICE lib/sum.rb 4:11-4:11 Naming/MethodParameterName: Method parameter must be at least 3 characters long.",
      "LINT_RESULT NOTICE lib/sum.rb 4:14-4:14 Naming/MethodParameterName: Method parameter must be at least 3 characters long.",
      "LINT_RESULT WARNING lib/sum.rb 5:5-5:10 Lint/UselessAssignment: Useless assignment to variable - `unused`.",
      "LINT_RESULT NOTICE lib/sum.rb 6:5-6:6 Style/IfUnlessModifier: Favor modifier `if` usage when having a single-line body. Another good alternative is the usage of control flow `&&`/`||`.",
      "LINT_RESULT NOTICE lib/sum.rb 6:15-6:18 Style/MultilineIfThen: Do not use `then` for multi-line `if`.",
      "LINT_RESULT NOTICE lib/sum.rb 8:5-8:7 Layout/EmptyLineAfterGuardClause: Add empty line after guard clause.",
      "LINT_RESULT NOTICE lib/sum.rb 9:5-9:17 Style/EvalWithLocation: Pass a binding, `__FILE__` and `__LINE__` to `eval`.",
      "LINT_RESULT NOTICE lib/sum.rb 9:10-9:16 Style/StringLiterals: Prefer single-quoted strings when you don't need string interpolation or special symbols.",
    ],
  },
  {
    format: "qodana",
    file: "qodana.json",
    details: /^<html>\n<body>\nProblems that the language annotators report/,
    lines: [
      "ANALYSIS_RESULT FAILURE java/Sum.java 7:16-7:16 Cannot resolve symbol 'Summe'",
      "ANALYSIS_RESULT WARNING java/Sum.java 2:1-2:1 Duplicated code",
      "ANALYSIS_RESULT WARNING java/Product.java 9:5-9:5 Duplicated code",
      "ANALYSIS_RESULT NOTICE README.md 3:9-3:9 Typo: In word 'sume'",
      "ANALYSIS_RESULT WARNING README.md 4:13-4:13 Missing comma",
    ],
  },
  {
    format: "buf",
    file: "buf.json",
    name: "IMPORT_USED",
    lines: [
      'LINT_RESULT WARNING shop/v1/shop.proto 5:1-5:38 Import "google/protobuf/empty.proto" is unused.',
      'LINT_RESULT WARNING shop/v1/shop.proto 7:6-7:11 Enum name "color" should be PascalCase, such as "Color".',
      'LINT_RESULT WARNING shop/v1/shop.proto 8:3-8:6 Enum value name "RED" should be prefixed with "COLOR_".',
      'LINT_RESULT WARNING shop/v1/shop.proto 8:3-8:6 Enum zero value name "RED" should be suffixed with "_UNSPECIFIED".',
      'LINT_RESULT WARNING shop/v1/shop.proto 12:10-12:17 Field name "orderId" should be lower_snake_case, such as "order_id".',
    ],
  },
  {
    format: "buf",
    file: "buf_compile.json",
    lines: ["LINT_RESULT FAILURE a.proto 3:13-3:20 cannot find `Missing` in this scope"],
  },
  {
    format: "flutter",
    file: "flutter.json",
    name: "loading /tmp/project/test/broken_test.dart",
    details: /^Failed to load ".*": Compilation failed/,
    lines: [
      "TEST_RESULT FAILURE /tmp/project/test/broken_test.dart 0:0-0:0 loading /tmp/project/test/broken_test.dart",
      'TEST_RESULT FAILURE /tmp/project/test/sum_test.dart 10:3-10:3 doubles "equal" numbers',
      "TEST_RESULT FAILURE /tmp/project/test/sum_test.dart 14:3-14:3 shows the sum",
    ],
  },
  {
    format: "cirrus",
    file: "cirrus.json",
    lines: [
      "GENERIC NOTICE src/sum.js 1:0-1:0 3 of 4 files are formatted",
      "GENERIC WARNING src/sum.js 3:8-8:2 sum is never called",
      "GENERIC FAILURE nowhere The licence of left-pad is not allowed",
    ],
  },
] as const;

for (const report of REPORTS) {
  const { format, file, lines } = report;
  Deno.test(`${file} is read as ${format}`, async () => {
    const annotations = await annotationsOf(format, await reportOf(file));
    assert.deepEqual(annotations.map(toLine), lines);
    if ("name" in report) assert.equal(annotations[0]?.fullyQualifiedName, report.name);
    if ("details" in report) assert.match(annotations[0]?.rawDetails ?? "", report.details);
  });
}

Deno.test("what RuboCop has corrected is a notice", async () => {
  const corrected = JSON.parse(await reportOf("rubocop_corrected.json"));
  for (const offense of corrected.files[0].offenses) offense.severity = "error";
  const annotations = await annotationsOf("rubocop", JSON.stringify(corrected));
  assert.deepEqual(
    annotations.map((annotation) => toLine(annotation).split(" ")[1]),
    [
      "FAILURE",
      "FAILURE",
      "FAILURE",
      "FAILURE",
      "FAILURE",
      "NOTICE",
      "NOTICE",
      "NOTICE",
      "FAILURE",
      "NOTICE",
    ],
  );
});

Deno.test("all errors of a Flutter test are in its details, with where they came from", async () => {
  const [, doubled] = await annotationsOf("flutter", await reportOf("flutter.json"));
  assert.match(
    doubled?.rawDetails ?? "",
    /^Expected: <5>\n {2}Actual: <4>\n[^]*sum_test.dart 11:5[^]*Bad state: closed twice\n/,
  );
});

Deno.test("a Flutter test's file is named as the system of the machine does", async () => {
  const report = (url: string) =>
    [
      { type: "testStart", test: { id: 1, name: "t", suiteID: 0, line: 1, column: 2, url } },
      { type: "testDone", testID: 1, result: "failure" },
    ].map((event) => JSON.stringify(event)).join("\r\n");
  for (
    const [url, path] of [
      ["file:///C:/my%20project/a_test.dart", "C:/my project/a_test.dart"],
      ["file:///srv/100%/a_test.dart", "/srv/100%/a_test.dart"],
    ] as const
  ) {
    const [failed] = await annotationsOf("flutter", report(url));
    assert.equal(failed?.fileLocation?.path, path);
  }
});

Deno.test("formats are known in any case, and others are not", async () => {
  assert.equal(ANNOTATION_FORMATS.length, 11);
  for (const format of ANNOTATION_FORMATS) {
    assert.equal(await annotationParser(format.toUpperCase()), await annotationParser(format));
  }
  for (const name of ["", "tap", "constructor", "__proto__"]) {
    assert.equal(await annotationParser(name), undefined);
  }
});

for (
  const { format, document, says } of [
    { format: "golangci", document: "[]", says: /expected object, received array/ },
    {
      format: "golangci",
      document: '{"Issues":[{"FromLinter":1}]}',
      says: /^Error: Issues\.0\.FromLinter: /,
    },
    { format: "eslint", document: "{}", says: /expected array, received object/ },
    { format: "rspec", document: '{"examples":null}', says: /^Error: examples: .*expected array/ },
    { format: "rubocop", document: '{"files":[{}]}', says: /^Error: files\.0\.path: / },
    { format: "qodana", document: "{}", says: /^Error: listProblem: / },
    { format: "buf", document: '\n{"message":1}', says: /^Error: line 2: .*expected string/ },
    { format: "flutter", document: '{"type":', says: /^Error: line 1: it is no JSON: / },
    {
      format: "cirrus",
      document: '{"level":"bad","message":""}',
      says: /^Error: line 1: level: write notice, warning or failure$/,
    },
    { format: "android-lint", document: "none", says: /no tag in it/ },
    { format: "checkstyle", document: "", says: /no tag in it/ },
  ]
) {
  Deno.test(`${JSON.stringify(document)} is no report of ${format}, and the error says what is wrong`, async () => {
    await assert.rejects(annotationsOf(format, document), says);
  });
}

for (const { format, file } of REPORTS) {
  Deno.test(`${file} that ends too early is an error or holds what came before`, async () => {
    const document = await reportOf(file);
    const whole = (await annotationsOf(format, document)).map(toLine);
    const parse = await annotationParser(format);
    assert.ok(parse);
    for (let length = 0; length < document.length; length += 37) {
      const found: string[] = [];
      try {
        for (const annotation of parse(document.slice(0, length))) found.push(toLine(annotation));
      } catch (error) {
        assert.ok(error instanceof Error && error.message !== "");
      }
      assert.deepEqual(found, whole.slice(0, found.length));
    }
  });
}
