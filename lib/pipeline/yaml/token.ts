/** A piece of a YAML text; `offset` is where it begins. */
export type Token =
  | { readonly type: Mark; readonly offset: number }
  | { readonly type: "scalar"; readonly offset: number; readonly text: string; readonly isPlain: boolean }
  | { readonly type: "anchor" | "alias"; readonly offset: number; readonly name: string }
  | { readonly type: "tag"; readonly offset: number; readonly handle: string; readonly suffix: string }
  | {
    readonly type: "directive";
    readonly offset: number;
    readonly name: string;
    readonly values: readonly string[];
  };

/** A token that is nothing but itself. Blocks begin and end where the indentation says so. */
export type Mark =
  | "stream end"
  | "document start"
  | "document end"
  | "block list start"
  | "block map start"
  | "block end"
  | "flow list start"
  | "flow list end"
  | "flow map start"
  | "flow map end"
  | "block entry"
  | "flow entry"
  | "key"
  | "value";
