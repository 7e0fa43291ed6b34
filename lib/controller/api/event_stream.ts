import { within } from "../../async/within.ts";
import type { BuildEvent } from "../records.ts";
import { eventBody } from "./bodies/event_body.ts";

/** How soon who lost the stream is to come back, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * Writes events as server-sent events. A comment goes out whenever there was nothing for `keepaliveMs` milliseconds, so
 * that nobody on the way takes the connection for dead.
 */
export async function* eventStream(
  events: AsyncGenerator<BuildEvent>,
  options: { readonly keepaliveMs: number },
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    yield encoder.encode(`retry: ${RETRY_MS}\n\n`);
    for (;;) {
      const next = events.next();
      while (!await within(next, options.keepaliveMs)) yield encoder.encode(": still here\n\n");
      const { done, value } = await next;
      if (done) return;
      const id = value.kind === "log" ? "" : `id: ${value.seq}\n`;
      yield encoder.encode(`${id}event: ${value.kind}\ndata: ${JSON.stringify(eventBody(value))}\n\n`);
    }
  } finally {
    await events.return(undefined);
  }
}
