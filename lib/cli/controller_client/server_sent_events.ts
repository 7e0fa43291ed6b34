import { withGrace } from "../../async/grace.ts";

/** The longest event that is taken, in characters. */
const MAX_EVENT_LENGTH = 1024 * 1024;

/**
 * The data of each server-sent event of a stream. Rejects when nothing at all comes for `idleMs` milliseconds. Source of
 * the format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* serverSentEvents(
  stream: ReadableStream<Uint8Array>,
  { idleMs }: { readonly idleMs: number },
): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { value, done } = await withGrace(
        "waiting for the controller's events",
        idleMs,
        () => reader.read(),
      );
      if (done) return;
      const lines = (text + value).split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? "";
      if (text.length > MAX_EVENT_LENGTH) throw new Error("Reading the controller's events: one is too long");
      for (const line of lines) {
        if (line !== "") data.push(...dataOf(line));
        else if (data.length > 0) {
          yield data.join("\n");
          data = [];
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function dataOf(line: string): string[] {
  return line.startsWith("data:") ? [line.slice("data:".length).replace(/^ /, "")] : [];
}
