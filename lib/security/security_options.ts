import { z } from "zod";

const imagePattern = z.string().min(1, 'an empty pattern matches no image; write "*" for all');

/** Sources are absolute and clean when they are compared, so another pattern would allow, and force, nothing. */
const sourcePattern = z.string().refine((pattern) => !NEVER_A_SOURCE.test(pattern), {
  error: "no volume's source can match it: begin it with / (or *), and leave out //, /./ and /../",
});

const NEVER_A_SOURCE = /^(?![/*]|[A-Za-z]:[/\\])|\/\/|\/\.\.?(\/|$)/;

const PATTERN = "* stands for any run of characters, / included; everything else for itself";

const allowedImages = z.array(imagePattern).optional()
  .describe(`Patterns of the images that tasks may use, all where it is empty or absent: ${PATTERN}`);

const volumeRule = z.strictObject({
  source: sourcePattern.describe(
    `Pattern of folders of the host, as they are called without links: ${PATTERN}`,
  ),
  "force-readonly": z.boolean().optional().describe("Allow only volumes that are mounted read-only"),
});

const volumeRules = z.array(volumeRule).optional();

const nothing = z.strictObject({});

const container = z.strictObject({
  "allowed-images": allowedImages,
  "allowed-volumes": volumeRules.describe(
    "What containers may mount; the first match decides. All where it is absent, nothing where it is empty",
  ),
});

const tart = z.strictObject({
  "allowed-images": allowedImages,
  "allowed-volumes": volumeRules.describe(
    "What machines may mount; the first match decides. Nothing where it is empty or absent",
  ),
  "force-softnet": z.boolean().optional().describe("Isolate the network of every machine by Softnet"),
  "softnet-allow": z.array(z.cidrv4()).optional()
    .describe("Networks, such as 192.168.0.0/24, that machines behind Softnet may reach all the same"),
});

const vetu = z.strictObject({ "allowed-images": allowedImages });

/** The key `security:` of the worker's configuration file: what tasks may ask of this host. */
export const securityOptions = z.strictObject({
  "allowed-isolations": z.strictObject({
    none: nothing.optional().describe("Tasks may run on the host itself, as the worker's user"),
    container: container.optional().describe("Tasks may run in containers"),
    parallels: nothing.optional().describe("Accepted, though Parallels is not supported"),
    tart: tart.optional().describe("Tasks may run in virtual machines of Tart"),
    vetu: vetu.optional().describe("Tasks may run in virtual machines of Vetu"),
  }).optional().describe("The only isolations that tasks may use; every one where it is absent"),
});

/** A worker's security settings, as its configuration file has them. */
export type SecurityOptions = Readonly<z.infer<typeof securityOptions>>;

/** The isolations that settings can name. */
export type AllowedIsolations = NonNullable<SecurityOptions["allowed-isolations"]>;

/** What volumes are allowed, in order: the first that matches decides. */
export type VolumeRule = Readonly<z.infer<typeof volumeRule>>;
