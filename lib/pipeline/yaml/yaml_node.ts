interface Placed {
  /** Where the node begins in the file, or its anchor or tag before it. */
  readonly offset: number;
}

interface Named extends Placed {
  readonly anchor: string | undefined;
  /** As it is written out in full, such as `tag:yaml.org,2002:str`. */
  readonly tag: string | undefined;
}

export interface YamlScalar extends Named {
  readonly kind: "scalar";
  /** The text after unquoting and folding. */
  readonly text: string;
  /** Whether it is neither quoted nor a block: only then may YAML take it for something other than a text. */
  readonly isPlain: boolean;
}

export interface YamlAlias extends Placed {
  readonly kind: "alias";
  readonly name: string;
}

export interface YamlList extends Named {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** A map in document order, with keys that may be there several times. */
export interface YamlMap extends Named {
  readonly kind: "map";
  readonly entries: readonly YamlEntry[];
}

/** A value of a YAML document, aliases and merge keys still in place. */
export type YamlNode = YamlScalar | YamlAlias | YamlList | YamlMap;
