/** An instance that the host supplies: the key that asks for it, and the full name of its message. */
export type AdditionalInstance = readonly [name: string, message: string];

/** Reads `NAME:MESSAGE`. Throws a `SyntaxError` for anything else. */
export function parseAdditionalInstance(text: string): AdditionalInstance {
  const [, name, message] = /^([^\s:]+):([\w.]+)$/.exec(text) ?? [];
  if (name !== undefined && message !== undefined) return [name, message];
  throw new SyntaxError("expected NAME:MESSAGE, such as gce_instance:example.GceInstance");
}
