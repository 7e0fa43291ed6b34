import { digestOf, isSecret } from "../secrets.ts";
import { ApiError } from "./api_error.ts";

/**
 * Makes what lets requests through that carry the token, and throws an `ApiError` for all others; how long that takes
 * says nothing about the token. Throws an `Error` when the token is empty.
 */
export function authorizer(token: string): (headers: Headers) => void {
  if (token === "") {
    throw new Error("Starting the HTTP API: its token is empty; give one that nobody can guess");
  }
  const digest = digestOf(token);
  return (headers) => {
    const given = /^Bearer +(.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (isSecret(given ?? "", digest)) return;
    throw new ApiError(
      "unauthorized",
      given === undefined
        ? "Checking the token: there is none; send it as Authorization: Bearer TOKEN"
        : "Checking the token: it is not this controller's; send the right one",
      { headers: { "www-authenticate": 'Bearer realm="cirrus"' } },
    );
  };
}
