/** The container engines that this program drives, by the names of their programs. */
export const ENGINE_NAMES = ["docker", "podman"] as const;

export type EngineName = typeof ENGINE_NAMES[number];

/** An engine, or whichever works. */
export type EngineChoice = EngineName | "auto";

export const ENGINE_CHOICES: readonly EngineChoice[] = ["auto", ...ENGINE_NAMES];

export function isEngineName(text: string): text is EngineName {
  return ENGINE_NAMES.some((name) => name === text);
}
