import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/** A server's certificate, with those that lead from it to an authority, and its private key: both PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Throws an `Error` that says what is wrong with a certificate: `node:tls` takes anything and then answers nobody. */
export function checkServerCertificate({ cert, key }: ServerCertificate): void {
  const certificate = read("certificate", () => new X509Certificate(cert));
  // What reads caches and artifacts, and the command line, refuse such a server (rustls: CaUsedAsEndEntity).
  if (certificate.ca) {
    throw new Error(
      "The certificate is one of an authority, which clients do not take from a server: " +
        "make it with basicConstraints CA:FALSE (openssl req -x509 ... -addext basicConstraints=critical,CA:FALSE)",
    );
  }
  const privateKey: KeyObject = read("private key", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error("The private key is not the certificate's: give the two that were made together");
  }
}

function read<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`The ${what} cannot be read: give it in PEM format, without a passphrase`, {
      cause: error,
    });
  }
}
