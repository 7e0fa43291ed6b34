const responses = new WeakMap<ReadableStream, Response>();

/**
 * Lets the signal of a `fetch` end the reading of its body, too. In Deno 2.9.3 it does so only while the response itself
 * is in use: once that is collected as garbage, a read of its body waits for good, whatever the signal says.
 */
export function keepAbortable(response: Response): Response {
  if (response.body !== null) responses.set(response.body, response);
  return response;
}
