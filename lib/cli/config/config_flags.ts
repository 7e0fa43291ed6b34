/** The flags of `cirrus config schema`. */
export interface SchemaFlags {
  /** Whether a controller's file is meant, not a worker's. */
  readonly controller: boolean;
}

/** The flags of `cirrus config check`. */
export interface CheckFlags extends SchemaFlags {
  readonly file: string;
}

/** The flags of `cirrus config init`. */
export interface InitFlags extends SchemaFlags {
  readonly file?: string;
}
