/** In what the programs that run VMs differ; what they share is in this folder. */
export interface VmProgram {
  readonly name: "tart" | "vetu";
  /** How people get it, as the end of a sentence: "install it with ...". */
  readonly installation: string;
  /** Variables for `clone`. */
  readonly cloneEnvironment: Readonly<Record<string, string>>;
}
