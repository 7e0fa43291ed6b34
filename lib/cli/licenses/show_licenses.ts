import { embeddedFile } from "../embedded_file.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";

/** `cirrus licenses` */
export async function showLicenses(_flags: Record<never, never>, io: Io): Promise<number> {
  const notices = embeddedFile("third_party_notices.txt");
  if (notices === undefined) {
    await io.stderr.write(
      "There are no licences to print: the program runs from its sources, and each package has its own licence in Deno's cache\n",
    );
    return ExitCode.failure;
  }
  await io.stdout.write(notices);
  return ExitCode.success;
}
