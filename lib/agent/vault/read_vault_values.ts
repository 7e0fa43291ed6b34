import { errorMessage } from "../../diagnostics/error_message.ts";
import type { TrustingFetch } from "../trusting_fetch.ts";
import type { VaultClient, VaultLogin } from "./vault_client.ts";
import { parseVaultReference, selectValue, type VaultReference } from "./vault_reference.ts";

export interface VaultValuesOptions {
  readonly web: TrustingFetch;
  /** How long one answer of Vault's may take, in milliseconds. */
  readonly vaultMs: number;
  /** The first wait before Vault is asked again, in milliseconds. */
  readonly vaultRetryMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads what a task's variables name in HashiCorp Vault: the new values, by the names of the variables. Vault's address
 * and the way in are variables, too (`CIRRUS_VAULT_URL`...). Rejects with an `Error` that names the variable and says
 * what to do, or with the signal's reason.
 *
 * @param variables expanded, so that paths may hold other variables
 */
export async function readVaultValues(
  variables: ReadonlyMap<string, string>,
  options: VaultValuesOptions,
): Promise<ReadonlyMap<string, string>> {
  const references = findReferences(variables);
  if (references.size === 0) return new Map();
  const client = await connect(variables, options);
  const known = new Map<string, Promise<Readonly<Record<string, unknown>>>>();
  const values = new Map<string, string>();
  // One after the other: what is read without the cache is good for the variables behind it.
  for (const [name, reference] of references) {
    const { path, parameters, reusable, selector } = reference;
    const key = JSON.stringify([path, parameters]);
    const secret = (reusable ? known.get(key) : undefined) ?? client.read(path, parameters);
    known.set(key, secret);
    try {
      values.set(name, selectValue(await secret, selector));
    } catch (error) {
      options.signal.throwIfAborted();
      throw new Error(`Reading ${name} from Vault (${path}): ${errorMessage(error)}`, { cause: error });
    }
  }
  return values;
}

function findReferences(variables: ReadonlyMap<string, string>): ReadonlyMap<string, VaultReference> {
  const references = new Map<string, VaultReference>();
  for (const [name, value] of variables) {
    try {
      const reference = parseVaultReference(value);
      if (reference) references.set(name, reference);
    } catch (error) {
      throw new Error(`Reading ${name} from Vault: ${errorMessage(error)}`, { cause: error });
    }
  }
  return references;
}

async function connect(
  variables: ReadonlyMap<string, string>,
  { web, vaultMs, vaultRetryMs, signal }: VaultValuesOptions,
): Promise<VaultClient> {
  const url = variables.get("CIRRUS_VAULT_URL");
  if (!url) {
    throw new Error(
      "Reading variables from Vault: its address is not known; set CIRRUS_VAULT_URL in the task's env",
    );
  }
  // Few tasks need it.
  const { VaultClient } = await import("./vault_client.ts");
  try {
    return await VaultClient.open({
      url,
      namespace: variables.get("CIRRUS_VAULT_NAMESPACE"),
      login: loginOf(variables),
      web,
      answerMs: vaultMs,
      retryMs: vaultRetryMs,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`Reading variables from Vault: ${errorMessage(error)}`, { cause: error });
  }
}

function loginOf(variables: ReadonlyMap<string, string>): VaultLogin {
  const token = variables.get("CIRRUS_VAULT_TOKEN");
  if (token) return { kind: "token", token };
  const jwt = variables.get("CIRRUS_OIDC_TOKEN");
  if (!jwt) return { kind: "none" };
  const path = variables.get("CIRRUS_VAULT_AUTH_PATH") || "jwt";
  return { kind: "jwt", jwt, path, role: variables.get("CIRRUS_VAULT_ROLE") };
}
