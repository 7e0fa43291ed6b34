/** What boot.sh runs, beside what every Linux has. */
const PROGRAMS = ["sshd", "ssh-keygen", "busybox", "sudo", "unshare", "nsenter", "setpriv", "ip"];

/**
 * Says whether a test can run that needs a guest, to be spread into its definition. Elsewhere than on Linux as root,
 * or without the programs, the test is skipped; where `CI` is `true` the whole file fails instead.
 */
export function requireGuest(): { ignore: boolean } {
  const problem = whyNot();
  if (problem !== undefined && Deno.env.get("CI") === "true") {
    throw new Error(`Cannot start guests: ${problem}; mend that, or unset CI to skip these tests`);
  }
  return { ignore: problem !== undefined };
}

function whyNot(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "their namespaces need root on Linux";
  const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const missing = PROGRAMS.filter((name) => !folders.some((folder) => isFile(`${folder}/${name}`)));
  return missing.length === 0 ? undefined : `there is no ${missing.join(", no ")}`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
