/** Runs a program of the host and resolves with what it prints. Rejects with what it complains of. */
export async function runOnHost(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Running ${program} ${args.join(" ")}: ${text(stderr) || text(stdout)}`);
  return text(stdout);
}

/** Whether the host has a network interface of this name. */
export async function linkExists(name: string): Promise<boolean> {
  return await Deno.stat(`/sys/class/net/${name}`).then(() => true, () => false);
}
