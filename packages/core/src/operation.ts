import { ClientAlertError } from './errors.js'
import type { DeepReadonly } from './json.js'
import type { Logger } from './logger.js'
import type { Memory } from './memory-budget.js'
import type { AnyOperationInfo, OperationInfo } from './operation-info.js'
import type { OperationResult } from './output.js'
import type { Progress } from './progress.js'
import type { RunContext } from './run-context.js'
import type { ServiceKey } from './service.js'
import { type WizardDescription, wizardDescription } from './wizard.js'

/** What the framework hands to an operation's constructor. */
export interface OperationContext<Inputs> extends RunContext {
  /** Validated, with defaults, frozen; exactly the members that `Inputs` declares. */
  readonly inputs: DeepReadonly<Inputs>
  readonly progress: Progress
  setMessage(text: string): void
  setOutput(partial: OperationResult): Promise<void>
}

/**
 * An operation on astronomical images. One instance is one run.
 *
 * An author writes `static readonly info` and `operate()`. Returning from `operate()` completes the job, throwing fails it; everything
 * an instance needs comes from its context, so that an operation runs alone in a test as it does in a fleet.
 *
 * @example
 * class Invert extends BaseDataOperation<InvertInputs> {
 *   static readonly info: OperationInfo<InvertInputs> = { id: 'op-invert', name: 'Invert', ..., inputs: inputSchema, requires: [Images] }
 *
 *   override async operate() {
 *     const images = this.use(Images)
 *     return this.progress.map(this.inputData.input_files, async (input, index) => {
 *       const frame = await images.open(input)
 *       const data = (await readFrame(frame)).map((value) => -value)
 *       return images.save({ ...frame, data }, { index, input })
 *     })
 *   }
 * }
 */
export abstract class BaseDataOperation<Inputs extends object> {
  readonly #context: OperationContext<Inputs>

  constructor(context: OperationContext<Inputs>) {
    this.#context = context
  }

  /**
   * Does the work. Pass `this.signal` on to what can be aborted.
   *
   * @throws ClientAlertError when the job cannot be done for a reason the user can act on.
   */
  abstract operate(): Promise<OperationResult> | OperationResult

  /** The inputs: validated, with defaults, frozen; exactly the members their type declares. */
  get inputData(): DeepReadonly<Inputs> {
    return this.#context.inputs
  }

  /** The progress of this run; {@link Progress.split} it, or {@link Progress.map} over the files. */
  get progress(): Progress {
    return this.#context.progress
  }

  /** Aborted when the run is cancelled or its time is over. */
  get signal(): AbortSignal {
    return this.#context.signal
  }

  get log(): Logger {
    return this.#context.log
  }

  /** A folder of this run alone, removed however the run ends. */
  get scratch(): string {
    return this.#context.scratch
  }

  /** Memory for pixels, of which all runs of the host take. */
  get memory(): Memory {
    return this.#context.memory
  }

  /** A service that `info.requires` names. */
  use<Service>(key: ServiceKey<Service>): Service {
    return this.#context.use(key)
  }

  /** Adds a sentence to the result that the user should know, such as "2 of 6 frames could not be aligned". */
  addWarning(text: string): void {
    this.#context.addWarning(text)
  }

  /** The same as `this.progress.report(fraction)`: 0 to 1, never backwards. Work that computes for long waits for what this returns. */
  setOperationProgress(fraction: number): Promise<void> {
    return this.progress.report(fraction)
  }

  /** What the user reads while the run goes on. */
  setMessage(text: string): void {
    this.#context.setMessage(text)
  }

  /** Shows what there is so far: at once, or within a second or so where that was done just before. The output of the job is what `operate()` returns. */
  setOutput(partial: OperationResult): Promise<void> {
    return this.#context.setOutput(partial)
  }

  /** Ends the run as failed, with a message for the user. Never returns. */
  setFailed(message: string): never {
    throw new ClientAlertError(message)
  }

  /** The operation's name in the wizard. */
  name(): string {
    return infoOf(this).name
  }

  description(): string {
    return infoOf(this).description
  }

  /** What a front end draws this operation's form from. */
  wizardDescription(): WizardDescription {
    return wizardDescription(infoOf(this))
  }

  /** The key of the job this is a run of. */
  generateCacheKey(): string {
    return this.#context.key
  }
}

/** An operation's class: what is registered, submitted and run. One without `info`, or with another operation's schema, does not compile. */
export interface OperationClass<Inputs extends object> {
  new (context: OperationContext<Inputs>): BaseDataOperation<Inputs>
  readonly info: OperationInfo<Inputs>
}

/** An operation's class, whatever its inputs. */
export interface AnyOperationClass {
  new (context: never): BaseDataOperation<object>
  readonly info: AnyOperationInfo
}

/** A list of operations, each held against its own inputs by the compiler. */
export type OperationList<Classes extends readonly unknown[]> = {
  readonly [Index in keyof Classes]: Classes[Index] extends abstract new (
    context: OperationContext<infer Inputs extends object>,
  ) => unknown
    ? OperationClass<Inputs>
    : AnyOperationClass
}

function infoOf(operation: object): AnyOperationInfo {
  return (operation.constructor as unknown as AnyOperationClass).info
}
