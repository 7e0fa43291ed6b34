/** The grammar of the distribution project: a host, a path in lower case, a tag, a digest. */
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.?)+(?::[0-9]+)?$|^\[[a-fA-F0-9:]+\](?::[0-9]+)?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$|^sha384:[0-9a-f]{96}$|^sha512:[0-9a-f]{128}$/;

/** Whether a text names an image, as `FROM` takes it. */
export function isImageReference(text: string): boolean {
  const [withTag = "", digest, ...more] = text.split("@");
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return false;
  const [, name = "", tag] = /^(.*?)(?::([^/:]*))?$/s.exec(withTag) ?? [];
  if (tag !== undefined && !TAG.test(tag)) return false;
  const parts = name.split("/");
  const [first = ""] = parts;
  const hasHost = parts.length > 1 && (/[.:]/.test(first) || first === "localhost" || /[A-Z]/.test(first));
  if (hasHost && !HOST.test(first)) return false;
  return parts.slice(hasHost ? 1 : 0).every((part) => PATH_PART.test(part));
}
