import type {
  FileSource,
  JobRecord,
  JsonObject,
  Logger,
  ObjectStorage,
  OperationClass,
  OutputFileView,
  Principal,
  RecordStore,
  ServiceProvider,
} from '@datalab/core'
import { LoneRun } from './lone-run.js'
import type { LogLine } from './recording-logger.js'
import { sourcesIn } from './reference-sources.js'

/** How an operation is run alone. What is given here is used and not closed. */
export interface RunOperationOptions {
  /** Aborted: the run is cancelled. */
  readonly signal?: AbortSignal
  /** Called with each fraction that the operation reports, while it runs. */
  readonly onProgress?: (fraction: number) => void
  /** Where input files come from, instead of sources of these names whose `file()` made them, and beside the others. */
  readonly sources?: readonly FileSource[]
  /** Where results are put; memory by default. */
  readonly storage?: ObjectStorage
  /** Where the record is kept; memory by default. */
  readonly records?: RecordStore
  /** Who asks; `{ id: 'local' }` by default. */
  readonly principal?: Principal
  /** How often the run is tried again after a failure that may pass, at once; not at all by default. */
  readonly retries?: number
  /** Where to log beside {@link FinishedRun.log}. */
  readonly log?: Logger
}

/** The output of a run; each list is there, if empty. */
export interface RunOutput {
  readonly output_files: readonly OutputFileView[]
  readonly output_data: readonly JsonObject[]
}

/** A run that completed. */
export interface FinishedRun {
  readonly output: RunOutput
  readonly record: JobRecord
  /** What `addWarning` was given, each text once. */
  readonly warnings: readonly string[]
  /** What `setMessage` was given. */
  readonly messages: readonly string[]
  /** Every fraction that was reported in the last attempt, rising, and 1 at the end. */
  readonly progress: readonly number[]
  /** What the operation and the framework logged. */
  readonly log: readonly LogLine[]
  /** The bytes of each output file's object of a role (`fits`, `large`, `small`, ...), in the order of the output files. */
  objects(role?: string): Promise<Uint8Array[]>
}

/**
 * Runs one operation alone, in memory: without server, storage or network, and with all that a host does. The inputs are validated, the run
 * may only open what they name, and what it returns is committed and read back.
 *
 * @param services what the operation requires: `provide(Images, memoryImages({ ... }))`, `images()`, or doubles of your own
 * @throws what a user of a host would read, with the value that the operation threw as its `cause`: DATALAB_INPUT_INVALID, DATALAB_FAILED,
 * DATALAB_INTERNAL, DATALAB_ABORTED, ...
 * @example
 * const images = memoryImages({ a: [[1, 2]] })
 * const run = await runOperation(IncreaseBrightness, { input_files: [images.file('a')], increase_by: 5 }, [provide(Images, images)])
 * assert.deepEqual(images.pixels(run.output.output_files[0]), [[6, 7]])
 */
export function runOperation<Inputs extends object>(
  operation: OperationClass<Inputs>,
  inputs: NoInfer<Inputs>,
  services: readonly ServiceProvider[] = [],
  options: RunOperationOptions = {},
): Promise<FinishedRun> {
  return new LoneRun({ operation, services, sources: sourcesIn(inputs), options }).run(inputs)
}
