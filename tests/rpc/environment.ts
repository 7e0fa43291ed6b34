/** A variable of this process's environment, as set (or, with undefined, removed) until it is disposed. */
export function environment(name: string, value: string | undefined): Disposable {
  const before = Deno.env.get(name);
  put(name, value);
  return { [Symbol.dispose]: () => put(name, before) };
}

function put(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}
