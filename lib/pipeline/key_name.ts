/**
 * The name that a key such as `build_script` carries before its suffix, less one `_`. A key that is nothing but the
 * suffix has the default name. Undefined when the key ends in something else.
 */
export function nameBefore(key: string, suffix: string, whenBare: string): string | undefined {
  if (!key.endsWith(suffix)) return undefined;
  if (key === suffix) return whenBare;
  return key.slice(0, -suffix.length).replace(/_$/, "");
}
