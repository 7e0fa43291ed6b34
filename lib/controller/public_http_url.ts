/** Reads an origin, such as `https://ci.example.com`. Throws a `SyntaxError` that says what is wrong. */
export function parsePublicHttpUrl(text: string): string {
  const url = URL.parse(text);
  const { protocol, origin } = url ?? {};
  if (origin === undefined || (protocol !== "http:" && protocol !== "https:")) {
    throw new SyntaxError("expected http://host:port or https://host:port");
  }
  if (url?.href !== `${origin}/`) throw new SyntaxError(`expected nothing but ${origin}`);
  return origin;
}
