import type { RunningApi } from "./running_api.ts";

/** One of a stream of server-sent events, as its lines say. */
export interface SentEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** Reads what a build's stream of events says, until it ends or breaks off; comments are events without `event`. */
export async function* sentEvents(
  api: RunningApi,
  buildId: string,
  lastEventId?: string,
): AsyncGenerator<SentEvent> {
  const response = await api.fetch(`/v1/builds/${buildId}/events`, {
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
  });
  if (response.status !== 200 || !response.body) {
    throw new Error(`The answer is ${response.status}: ${await response.text()}`);
  }
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map(toEvent);
  }
}

function toEvent(block: string): SentEvent {
  const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/, 2)));
  return { ...fields, data: fields.data ?? block };
}
