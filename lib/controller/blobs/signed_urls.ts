import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../clock.ts";

/** How long a transfer may be begun; in milliseconds. */
const VALID_MS = 3_600_000;

const grantSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("read cache"),
    task: z.string(),
    scope: z.string(),
    key: z.string(),
  }),
  z.strictObject({
    kind: z.literal("write cache"),
    task: z.string(),
    scope: z.string(),
    key: z.string(),
  }),
  z.strictObject({
    kind: z.literal("write part"),
    task: z.string(),
    upload: z.string(),
    part: z.number(),
    size: z.number(),
  }),
  z.strictObject({
    kind: z.literal("write artifact"),
    owner: z.strictObject({ buildId: z.string(), taskId: z.string(), taskName: z.string() }),
    name: z.string(),
    path: z.string(),
    size: z.number(),
  }),
]);

/** What the bearer of a URL may do: one thing, for one task. */
export type Grant = Readonly<z.infer<typeof grantSchema>>;

const signedSchema = z.strictObject({ grant: grantSchema, expires: z.number() });

/**
 * Makes and reads the last part of signed URLs. The secret lives as long as this object: after a restart of the
 * controller URLs are asked for anew.
 */
export class SignedUrls {
  readonly #secret = randomBytes(32);
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A text for a URL's path. */
  sign(grant: Grant): string {
    const signed = JSON.stringify({ grant, expires: this.#clock.now() + VALID_MS });
    const payload = new TextEncoder().encode(signed).toBase64({ alphabet: "base64url", omitPadding: true });
    return this.#withSignature(payload);
  }

  /** What a text permits; undefined when it was not signed here, was changed, or has expired. */
  verify(text: string): Grant | undefined {
    const [payload = ""] = text.split(".", 1);
    const given = new TextEncoder().encode(text);
    const expected = new TextEncoder().encode(this.#withSignature(payload));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
    const signed = signedSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
    return signed && signed.expires > this.#clock.now() ? signed.grant : undefined;
  }

  #withSignature(payload: string): string {
    return `${payload}.${createHmac("sha256", this.#secret).update(payload).digest("base64url")}`;
  }
}
