import { Buffer } from "node:buffer";
import type { BuildIdentity } from "./build_identity.ts";
import type { Dependency } from "./dependencies.ts";

/** What a release is made of, in the form of CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). */
export function billOfMaterials({ version, date }: BuildIdentity, dependencies: readonly Dependency[]) {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: date.toISOString(),
      component: { type: "application", "bom-ref": "cirrus", name: "cirrus", version },
    },
    components: [
      {
        type: "platform",
        "bom-ref": "deno",
        name: "deno",
        version: Deno.version.deno,
        licenses: [{ license: { id: "MIT" } }],
        purl: `pkg:github/denoland/deno@v${Deno.version.deno}`,
      },
      ...dependencies.map((dependency) => ({
        type: "library",
        "bom-ref": packageUrl(dependency),
        name: dependency.name,
        version: dependency.version,
        licenses: [{ expression: dependency.licence }],
        hashes: [{ alg: "SHA-512", content: sha512(dependency.integrity) }],
        purl: packageUrl(dependency),
      })),
    ],
    dependencies: [{ ref: "cirrus", dependsOn: ["deno", ...dependencies.map(packageUrl)] }],
  };
}

/** Source: the package-url specification, type npm: the `@` of a scope is escaped. */
function packageUrl({ name, version }: Dependency): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** From the base64 of `deno.lock` to the hexadecimal of CycloneDX. */
function sha512(integrity: string): string {
  const [, base64] = integrity.match(/^sha512-(.+)$/) ?? [];
  if (base64 === undefined) throw new Error(`Cannot read the checksum ${integrity} of deno.lock: no SHA-512`);
  return Buffer.from(base64, "base64").toString("hex");
}
