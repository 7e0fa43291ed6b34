import { DockerfileError } from "./instructions.ts";

/** The value of a variable, undefined when there is none. */
export type Lookup = (name: string) => string | undefined;

/**
 * Takes the quotes off a word of a Dockerfile and writes out its variables: `$NAME`, `${NAME}`, `${NAME:-default}`,
 * `${NAME:+alternative}`. Unknown variables are empty.
 *
 * @throws {DockerfileError} on a quote or brace that stays open.
 */
export function expandWord(word: string, { lookup, escape }: { lookup: Lookup; escape: string }): string {
  return new WordReader(word, lookup, escape).read();
}

class WordReader {
  readonly #word: string;
  readonly #lookup: Lookup;
  readonly #escape: string;
  #next = 0;

  constructor(word: string, lookup: Lookup, escape: string) {
    this.#word = word;
    this.#lookup = lookup;
    this.#escape = escape;
  }

  read(): string {
    return this.#readUntil(undefined);
  }

  /** Reads up to `stop`, or to the end of the word when that is undefined. */
  #readUntil(stop: string | undefined): string {
    let text = "";
    for (;;) {
      const character = this.#word[this.#next++];
      if (character === stop) return text;
      if (character === undefined) throw new DockerfileError(`"${stop}" is missing in ${this.#word}`);
      if (character === this.#escape) text += this.#word[this.#next++] ?? character;
      else if (character === "$") text += this.#variable();
      else if (character === "'" && stop !== '"') text += this.#verbatim();
      else if (character === '"' && stop !== '"') text += this.#readUntil('"');
      else text += character;
    }
  }

  #verbatim(): string {
    const end = this.#word.indexOf("'", this.#next);
    if (end < 0) throw new DockerfileError(`a quote stays open in ${this.#word}`);
    const text = this.#word.slice(this.#next, end);
    this.#next = end + 1;
    return text;
  }

  #variable(): string {
    const braced = this.#word[this.#next] === "{";
    if (braced) this.#next++;
    const name = /^([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!$-])/.exec(this.#word.slice(this.#next))?.[0] ?? "";
    this.#next += name.length;
    if (!braced) return name === "" ? "$" : this.#lookup(name) ?? "";
    const value = this.#lookup(name);
    const modifier = /^:?[-+?]/.exec(this.#word.slice(this.#next))?.[0] ?? "";
    this.#next += modifier.length;
    const alternative = this.#readUntil("}");
    const isSet = value !== undefined && (value !== "" || !modifier.startsWith(":"));
    if (modifier.endsWith("-")) return isSet ? value : alternative;
    if (modifier.endsWith("+")) return isSet ? alternative : "";
    if (modifier.endsWith("?") && !isSet) throw new DockerfileError(`the variable "${name}" is not set`);
    return value ?? "";
  }
}

/** Splits a line at white space outside of quotes; the quotes stay. */
export function splitOutsideQuotes(line: string, escape: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const character = line[index] ?? "";
    if (quote === "" && /\s/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    word += character;
    if (character === escape && quote !== "'") word += line[++index] ?? "";
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
  }
  if (word !== "") words.push(word);
  return words;
}
