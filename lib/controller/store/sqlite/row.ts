import type { SQLOutputValue } from "node:sqlite";

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The text in a column. These functions throw when a column does not hold what the schema says. */
export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : unexpected(column, "a text");
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

export function number(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : unexpected(column, "a number");
}

export function optionalNumber(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : number(row, column);
}

export function flag(row: Row, column: string): boolean {
  return number(row, column) !== 0;
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : unexpected(column, "bytes");
}

/** One of a column's possible words. */
export function word<T extends string>(row: Row, column: string, words: readonly T[]): T {
  const value = text(row, column);
  return words.find((candidate) => candidate === value) ?? unexpected(column, `one of ${words.join(", ")}`);
}

/** A map that `mapToText` wrote. */
export function map(row: Row, column: string): Map<string, string> {
  return new Map(
    list(row, column).map((entry) => {
      const [key, value] = Array.isArray(entry) ? entry : [];
      return typeof key === "string" && typeof value === "string"
        ? [key, value]
        : unexpected(column, "a map");
    }),
  );
}

/** A list that `JSON.stringify` wrote. */
function list(row: Row, column: string): unknown[] {
  const value: unknown = JSON.parse(text(row, column));
  return Array.isArray(value) ? value : unexpected(column, "a list");
}

export function texts(row: Row, column: string): string[] {
  return list(row, column).map((item) => typeof item === "string" ? item : unexpected(column, "texts"));
}

export function mapToText(map: ReadonlyMap<string, string>): string {
  return JSON.stringify([...map]);
}

function unexpected(column: string, wanted: string): never {
  throw new Error(
    `Reading the database: the column ${column} does not hold ${wanted}; the database is damaged`,
  );
}
