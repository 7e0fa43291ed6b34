import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A fresh secret that nobody can guess: 256 bits, printable, fit for gRPC metadata. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a secret that only has to be recognized: it cannot be turned back. */
export function digestOf(secret: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(secret).digest());
}

/** Whether a secret is the one behind a digest; how long that takes says nothing about either. */
export function isSecret(secret: string, digest: Uint8Array): boolean {
  return timingSafeEqual(digestOf(secret), digest);
}
