import { errorMessage } from "../diagnostics/error_message.ts";
import { X509Certificate } from "node:crypto";
import tls from "node:tls";

/**
 * The certificate authorities to trust, as PEM texts: those of `caFile`, else of the file that `SSL_CERT_FILE`
 * names, else the system's together with the bundled ones. Rejects with an `Error` that names the file and
 * what is wrong with it.
 */
export async function trustedRoots(options: { readonly caFile?: string } = {}): Promise<string[]> {
  if (options.caFile !== undefined) return await readRoots(options.caFile, "CA file");
  const fromEnvironment = Deno.env.get("SSL_CERT_FILE");
  if (fromEnvironment) return await readRoots(fromEnvironment, "CA file of SSL_CERT_FILE");
  return [...new Set([...tls.getCACertificates("system"), ...tls.getCACertificates("bundled")])];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function readRoots(path: string, what: string): Promise<string[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Could not read the ${what} "${path}": ${reason(error)}`, { cause: error });
  }
  const certificates = text.match(CERTIFICATE);
  if (certificates === null) {
    throw new Error(`Could not use the ${what} "${path}": it holds no certificate; it must be in PEM format`);
  }
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw new Error(
        `Could not use the ${what} "${path}": its certificate ${index + 1} is damaged; get the file anew`,
        { cause: error },
      );
    }
  }
  return certificates;
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file; check the path";
  if (error instanceof Deno.errors.PermissionDenied) return "not allowed; make it readable for this user";
  return errorMessage(error);
}
