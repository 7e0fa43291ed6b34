/** What some tests need on the machine, and how to see that it is there. */
const CHECKS = {
  docker: ["docker", "version"],
  podman: ["podman", "info"],
  ccache: ["ccache", "--version"],
  debootstrap: ["debootstrap", "--version"],
  musl: ["musl-gcc", "--version"],
  git: ["git", "--version"],
  dpkg: ["dpkg-deb", "--version"],
  promtool: ["promtool", "--version"],
  python3: ["python3", "--version"],
  systemd: ["systemd-analyze", "--version"],
  unzip: ["unzip", "-v"],
  bash: ["bash", "--version"],
  zsh: ["zsh", "--version"],
  fish: ["fish", "--version"],
  sshd: ["/usr/sbin/sshd", "-V"],
} satisfies Record<string, Program>;

type Program = [program: string, ...args: string[]];

/**
 * Says whether a test can run that needs `engine`, to be spread into its definition:
 * `Deno.test({ name, ...requireEngine("docker"), fn })`. Without the engine the test is skipped; where `CI` is
 * `true`, which promises every engine, the whole file fails instead, so that nothing is skipped unseen.
 */
export function requireEngine(engine: keyof typeof CHECKS): { ignore: boolean } {
  const failure = whyNot(CHECKS[engine]);
  if (failure !== undefined && Deno.env.get("CI") === "true") {
    throw new Error(
      `Cannot test with ${engine}: ${failure}; install and start it, or unset CI to skip these tests`,
    );
  }
  return { ignore: failure !== undefined };
}

/** What keeps a program from working, or undefined when it works. */
function whyNot([program, ...args]: Program): string | undefined {
  try {
    const { success, stderr } = new Deno.Command(program, { args, stdout: "null", stderr: "piped" })
      .outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no program ${program}`;
    throw error;
  }
}
