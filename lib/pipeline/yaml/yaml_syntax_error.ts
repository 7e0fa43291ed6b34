/** A place where a text is not YAML. The message says what is wrong and what to do. */
export class YamlSyntaxError extends Error {
  override readonly name = "YamlSyntaxError";

  constructor(message: string, readonly offset: number) {
    super(message);
  }
}
