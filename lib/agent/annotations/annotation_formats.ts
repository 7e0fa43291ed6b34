import type { AnnotationParser } from "./annotation_parser.ts";

/**
 * The formats that this version reads, by what `format` calls them in lower case. Each is loaded when a task first
 * names it.
 */
const FORMATS = {
  "android-lint": async () => (await import("./android_lint.ts")).parseAndroidLint,
  buf: async () => (await import("./buf.ts")).parseBuf,
  checkstyle: async () => (await import("./checkstyle.ts")).parseCheckstyle,
  cirrus: async () => (await import("./cirrus.ts")).parseCirrus,
  eslint: async () => (await import("./eslint.ts")).parseEslint,
  flutter: async () => (await import("./flutter.ts")).parseFlutter,
  golangci: async () => (await import("./golangci.ts")).parseGolangci,
  junit: async () => (await import("./junit.ts")).parseJunit,
  qodana: async () => (await import("./qodana.ts")).parseQodana,
  rspec: async () => (await import("./rspec.ts")).parseRspec,
  rubocop: async () => (await import("./rubocop.ts")).parseRubocop,
} satisfies Record<string, () => Promise<AnnotationParser>>;

const LOADERS: ReadonlyMap<string, () => Promise<AnnotationParser>> = new Map(Object.entries(FORMATS));

/** The names of all formats. */
export const ANNOTATION_FORMATS: readonly string[] = [...LOADERS.keys()];

/** The parser of a format, whatever the case it is written in; undefined for one that is not known. */
export async function annotationParser(format: string): Promise<AnnotationParser | undefined> {
  return await LOADERS.get(format.toLowerCase())?.();
}
