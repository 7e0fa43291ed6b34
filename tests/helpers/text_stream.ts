import type { OutputStream } from "../../lib/cli/io.ts";

/** A stream into a text, as a pipe or a file is. */
export class TextStream implements OutputStream {
  text = "";

  write(text: string): Promise<void> {
    this.text += text;
    return Promise.resolve();
  }

  writeSync(text: string): void {
    this.text += text;
  }

  terminalSize(): undefined {
    return undefined;
  }
}
