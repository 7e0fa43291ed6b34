import type { VmCommands } from "./vm_commands.ts";

/** The systems that Tart runs, in Go's spelling. */
export type GuestSystem = "darwin" | "linux";

/**
 * Which system a VM of Tart has, by what Tart knows of it. Never rejects: what cannot be told is macOS, the first that
 * Tart ran, and so it is with the Go worker.
 */
export async function guestSystem(
  name: string,
  { commands, signal }: { commands: VmCommands; signal: AbortSignal },
): Promise<GuestSystem> {
  try {
    const facts: unknown = JSON.parse(await commands.facts(name, signal));
    const [, system] = Object.entries(facts ?? {}).find(([key]) => key.toLowerCase() === "os") ?? [];
    return String(system).toLowerCase() === "linux" ? "linux" : "darwin";
  } catch {
    return "darwin";
  }
}
