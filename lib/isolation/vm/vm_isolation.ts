import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Machine } from "../../machine/machine.ts";
import { openSshMachine } from "../../machine/ssh/open_ssh_machine.ts";
import type { Isolation, PrepareRequest } from "../isolation.ts";
import { observedPull } from "../observed_pull.ts";
import { linkFolders } from "./folder_links.ts";
import { provideSource } from "./folder_sources.ts";
import { guestSystem } from "./guest_system.ts";
import { mountSharedFiles } from "./mount_shared_files.ts";
import { ownVm } from "./owned_vm.ts";
import { type RunningVm, runVm } from "./running_vm.ts";
import { SHARED_FILES } from "./shared_folder.ts";
import { waitForAddress } from "./vm_address.ts";
import { VmCommands } from "./vm_commands.ts";
import { VmMachine } from "./vm_machine.ts";
import { newVmName } from "./vm_name.ts";
import type { VmOptions } from "./vm_options.ts";
import type { VmProgram } from "./vm_program.ts";
import type { VmSpec } from "./vm_spec.ts";

/** Tasks run in a VM that is cloned from an image for each of them, and deleted afterwards. */
export class VmIsolation implements Isolation {
  readonly #program: VmProgram;
  readonly #spec: VmSpec;
  readonly #options: VmOptions;

  constructor(program: VmProgram, spec: VmSpec, options: VmOptions) {
    this.#program = program;
    this.#spec = spec;
    this.#options = options;
  }

  async prepare(request: PrepareRequest): Promise<Machine> {
    const resources = new AsyncDisposableStack();
    try {
      return await this.#prepare(request, resources);
    } catch (error) {
      try {
        await resources.disposeAsync();
      } catch (failure) {
        // What the person who waits has to know is why there is no VM.
        request.progress(`could not remove all of a VM that was not to be: ${errorMessage(failure)}`);
      }
      throw error;
    }
  }

  async #prepare(request: PrepareRequest, resources: AsyncDisposableStack): Promise<Machine> {
    const { bounds = {} } = this.#options;
    const { sharedFolders } = this.#spec;
    const { ledger, progress } = request;
    const taken = resources.use(this.#options.takeArguments?.());
    const environment = new Map([...this.#options.environment, ...request.traceEnvironment ?? []]);
    const commands = await VmCommands.find(this.#program, { environment, bounds });
    for (const { source, cleanup } of sharedFolders) {
      resources.use(await provideSource(source, { ledger, cleanup }));
    }
    await this.#pull(commands, request);
    const name = newVmName(request.taskId);
    resources.use(await ownVm(name, { commands, ledger }));
    await this.#clone(name, { commands, request });
    const vm = resources.use(await this.#run(name, { commands, request, taken: taken?.runArguments ?? [] }));
    const signal = AbortSignal.any([request.signal, vm.ended]);
    const system = sharedFolders.length === 0 ? undefined : guestSystem(name, { commands, signal });
    const machine = resources.use(await this.#logIn(name, { commands, request, lost: vm.ended }));
    if (await system === "linux") await this.#mount(machine, { progress, signal });
    resources.use(await linkFolders(machine, { folders: sharedFolders, signal }));
    signal.throwIfAborted();
    progress(`the VM ${name} is ready`);
    return new VmMachine(machine, { owned: resources, lost: machine.lost ?? vm.ended });
  }

  async #pull(commands: VmCommands, { progress, observe, signal }: PrepareRequest): Promise<void> {
    const { image } = this.#spec;
    const { images, lazyPull } = this.#options;
    try {
      if (lazyPull && (await commands.list(signal)).includes(image)) return;
      progress(`pulling the image ${image}`);
      const type = this.#program.name;
      await observedPull(() => images.pull(image, commands, signal), { image, type, observe });
    } catch (error) {
      signal.throwIfAborted();
      // The host may have it all the same: from an earlier pull, or made here.
      progress(`could not pull the image ${image}: ${errorMessage(error)}: going on with what this host has`);
    }
  }

  async #clone(name: string, { commands, request: { progress, signal } }: StepOptions): Promise<void> {
    const { image, settings } = this.#spec;
    progress(`making the VM ${name} of ${image}`);
    const step = async (what: string, work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        signal.throwIfAborted();
        throw new Error(`Could not ${what}: ${errorMessage(error)}`, { cause: error });
      }
    };
    await step(`make a VM of the image ${image}`, () => commands.clone(image, name, signal));
    for (const setting of settings) {
      const what = `set ${setting.join(" ")} of a VM of the image ${image}`;
      await step(what, () => commands.set(name, setting, signal));
    }
  }

  async #run(
    name: string,
    { commands, request, taken }: StepOptions & { taken: readonly string[] },
  ): Promise<RunningVm> {
    const { ledger, progress, log } = request;
    const { runArguments, logConsole } = this.#spec;
    progress(`booting the VM ${name}`);
    const onLine = (line: string) => logConsole && log?.(`console of ${name}: ${line}`);
    return await runVm(name, { commands, ledger, arguments: [...runArguments, ...taken], onLine });
  }

  async #logIn(
    name: string,
    { commands, request: { signal }, lost }: StepOptions & { lost: AbortSignal },
  ): Promise<Machine> {
    const { login, syncTime } = this.#spec;
    const { workingDirectory } = this.#options;
    const hostname = await waitForAddress(name, { commands, signal: AbortSignal.any([signal, lost]) });
    // The guest says itself which operating system it is, more surely than the programs do.
    return await openSshMachine({ hostname, ...login }, {
      bounds: commands.bounds.ssh,
      ...workingDirectory !== undefined && { workingDirectory },
      variables: new Map([["CIRRUS_VM_ID", name]]),
      syncTime,
      signal,
      lost,
    });
  }

  async #mount(
    machine: Machine,
    { progress, signal }: { progress: (line: string) => void; signal: AbortSignal },
  ): Promise<void> {
    const isWorkedIn = this.#options.workingDirectory?.startsWith(SHARED_FILES) ?? false;
    const isNeeded = isWorkedIn || this.#spec.sharedFolders.some(({ target }) => target !== undefined);
    try {
      await mountSharedFiles(machine, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isNeeded) throw error;
      // The image may have mounted them elsewhere, as Tart's own documentation does.
      progress(`${errorMessage(error)}: going on without`);
    }
  }
}

/** What each step of a preparation needs. */
interface StepOptions {
  readonly commands: VmCommands;
  readonly request: PrepareRequest;
}
