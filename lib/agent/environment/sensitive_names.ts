/** `_SECRET_KEY` and `_ACCESS_KEY` are written out because `_KEY` alone also names caches and public keys. */
const SENSITIVE_ENDINGS = ["_PASSWORD", "_SECRET", "_TOKEN", "_ACCESS_KEY", "_SECRET_KEY"];

/** Whether a variable of this name holds what no log may show. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE_ENDINGS.some((ending) => name.endsWith(ending));
}
