import type { AnnotationInit } from "./annotation_parser.ts";

/** Where in a file something is, as a tool says it. Lines and columns count from 1. */
export interface Place {
  readonly path: string | null | undefined;
  readonly line?: number | null | undefined;
  /** That of `line` when absent. */
  readonly endLine?: number | null | undefined;
  readonly column?: number | null | undefined;
  /** Absent, that of `column` where the end is on the same line. */
  readonly endColumn?: number | null | undefined;
}

/** The location of an annotation; none where no file is named. What a tool leaves out is 0, as the protocol has it. */
export function fileLocation(place: Place): Pick<AnnotationInit, "fileLocation"> {
  const { path, line, column } = place;
  if (!path || path === ".") return {};
  const endLine = place.endLine ?? line;
  const endColumn = place.endColumn ?? (endLine === line ? column : undefined);
  return {
    fileLocation: {
      path,
      startLine: counted(line),
      endLine: counted(endLine),
      startColumn: counted(column),
      endColumn: counted(endColumn),
    },
  };
}

/** A number of an XML report; undefined for what is none. */
export function attributeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function counted(value: number | null | undefined): bigint {
  return Number.isSafeInteger(value) ? BigInt(Math.max(value ?? 0, 0)) : 0n;
}
