import { AbortReason } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { ApiError } from "./api_error.ts";

/** The most that a request may have, in bytes. */
const MAX_BODY_BYTES = 10_000_000;

/**
 * Reads the body of a request, in JSON; none is `{}`. Rejects with an `ApiError` when it is no such thing, or has not
 * arrived within `timeoutMs`.
 */
export async function readBody(
  request: Request,
  options: { readonly timeoutMs: number },
): Promise<unknown> {
  const text = await readText(request, options);
  if (text === "") return {};
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ApiError(
      "unsupported_media_type",
      `Reading the request: its body is ${
        type || "of no type"
      }; send JSON, as Content-Type: application/json`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError("invalid_request", `Reading the request: it is no JSON: ${errorMessage(error)}`);
  }
}

async function readText(request: Request, { timeoutMs }: { readonly timeoutMs: number }): Promise<string> {
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) throw tooLarge();
  try {
    return await withGrace("reading the request", timeoutMs, (signal) => decode(request, signal));
  } catch (error) {
    if (error instanceof AbortReason) throw new ApiError("timeout", `${error.message}; send it again`);
    throw error;
  }
}

async function decode({ body }: Request, signal: AbortSignal): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  await body.pipeTo(
    new WritableStream({
      write(chunk: Uint8Array) {
        size += chunk.byteLength;
        if (size > MAX_BODY_BYTES) throw tooLarge();
        text += decoder.decode(chunk, { stream: true });
      },
    }),
    { signal },
  );
  return text + decoder.decode();
}

function tooLarge(): ApiError {
  return new ApiError(
    "payload_too_large",
    `Reading the request: it is larger than ${MAX_BODY_BYTES / 1e6} MB; send less`,
  );
}
