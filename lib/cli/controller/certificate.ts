import { errorMessage } from "../../diagnostics/error_message.ts";
import { checkServerCertificate, type ServerCertificate } from "../../rpc/server_certificate.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Reads the server's certificate; undefined where the flags name none. Rejects with a `UsageError` where one of them is
 * missing, cannot be read or does not fit the other.
 */
export async function readCertificate(
  flags: { readonly tlsCert?: string; readonly tlsKey?: string },
): Promise<ServerCertificate | undefined> {
  const { tlsCert, tlsKey } = flags;
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined) throw new UsageError("--tls-key needs the certificate too: give --tls-cert");
  if (tlsKey === undefined) throw new UsageError("--tls-cert needs the private key too: give --tls-key");
  const certificate = { cert: await read(tlsCert, "--tls-cert"), key: await read(tlsKey, "--tls-key") };
  try {
    checkServerCertificate(certificate);
    return certificate;
  } catch (error) {
    throw new UsageError(`Cannot use ${tlsCert} and ${tlsKey}: ${errorMessage(error)}`, { cause: error });
  }
}

async function read(path: string, flag: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`Cannot read the file of ${flag}: ${errorMessage(error)}`, { cause: error });
  }
}
