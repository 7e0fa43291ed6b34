/** The shells that `cirrus completion` knows, in the order that its help names them. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];
