/**
 * How much one `.cirrus.yml` may ask for, so that no file can hang or exhaust who parses it. Within all of these a file
 * costs a processor a second or two at most, and storing its build one: a controller does nothing else meanwhile.
 */
export const limits = {
  /** UTF-16 code units of the file; the largest real files have some 100,000. */
  sourceLength: 512 * 1024,
  /** Places that are told where a file is not YAML. */
  syntaxErrors: 100,
  /** Maps and lists within one another. */
  nesting: 200,
  /** Values once aliases, merges and matrices are written out in full; see `weigh`. */
  weight: 1_000_000,
  /** Tasks once every matrix is expanded. */
  tasks: 10_000,
  /** Commands of all tasks. */
  commands: 100_000,
  /** Tasks for which tasks wait, all in all. */
  dependencies: 100_000,
  /** What expressions and variables may cost all together; see `Budget`. Worked off in some second. */
  steps: 32_000_000,
  /** Operators, parentheses and calls within one another in an expression. */
  expressionDepth: 200,
  /** UTF-16 code units of an expression. */
  expressionLength: 64 * 1024,
  /** UTF-16 code units of a text once its variables are written out. */
  expandedLength: 1024 * 1024,
};
