/** An instruction that this version cannot carry out. `instruction` is its name as users know it. */
export class UnknownInstruction extends Error {
  override readonly name = "UnknownInstruction";

  constructor(instruction: string) {
    super(
      `Running the instruction ${instruction}: this version of cirrus does not know it; update the worker, or ` +
        "take the instruction out of the task",
    );
  }
}
