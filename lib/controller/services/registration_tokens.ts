import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { digestOf, isSecret } from "../secrets.ts";

/** The tokens with which workers may join. */
export class RegistrationTokens {
  readonly #digests: readonly Uint8Array[];

  /** Throws an `Error` when a token is empty, or there is none. */
  constructor(tokens: readonly string[]) {
    if (tokens.length === 0 || tokens.includes("")) {
      throw new Error(
        "Starting the controller: a registration token is empty; give one that nobody can guess",
      );
    }
    this.#digests = tokens.map(digestOf);
  }

  /** Throws UNAUTHENTICATED unless the token is one of them. Takes the same time for all that are not. */
  check(token: string | undefined): void {
    const matches = this.#digests.map((digest) => isSecret(token ?? "", digest));
    if (!matches.includes(true)) {
      throw new RpcError(
        Code.UNAUTHENTICATED,
        "The registration token is not one of this controller's: give the worker the right one",
      );
    }
  }
}
