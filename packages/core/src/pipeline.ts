import type { AnyOperationClass } from './operation.js'

/**
 * Operations that work on the outputs of others. Each step is a job of its own, or several, with their own keys: a step that is changed is run
 * again, and what depends on it, and nothing else.
 *
 * It is plain JSON where operations are named, and so can be kept in a file.
 *
 * @example
 * const pipeline: Pipeline = {
 *   steps: [
 *     { id: 'bias', operation: 'median', inputs: { input_files: biasFrames } },
 *     { id: 'science', operation: 'subtraction', inputs: { input_files: frames, subtraction_file: { from: 'bias' } } },
 *     { id: 'stack', operation: 'stacking', inputs: { input_files: { from: 'science' } } },
 *   ],
 * }
 */
export interface Pipeline {
  /** What the user reads of it. */
  readonly name?: string
  /** In any order. */
  readonly steps: readonly PipelineStep[]
}

/** One operation of a pipeline. */
export interface PipelineStep {
  /** Names it among the steps: letters, digits, `_`, `.` and `-`, at most 64. */
  readonly id: string
  /** A class, or a name, id, or name in kebab case. */
  readonly operation: string | AnyOperationClass
  /** What the operation takes; in the place of files there may be {@link FromStep} and {@link EachFile}. */
  readonly inputs?: Readonly<Record<string, unknown>>
}

/**
 * The output files of another step: all of them in their order, in the place of a list or of an item of one; or the one of this index. In the
 * place of a single file the other step must have one, or the index says which. More members go with each file, as `color` of a Color Image.
 */
export interface FromStep {
  /** The `id` of the other step. */
  readonly from: string
  /** Which of its outputs, from 0. */
  readonly index?: number
  readonly [member: string]: unknown
}

/**
 * One file for each job: the step has as many jobs as there are files, and its outputs are theirs, in this order. Where several inputs of a step
 * have `each`, their files go together one by one: the first with the first.
 */
export interface EachFile {
  /** The `id` of the step whose outputs they are, or a list of files, which may hold {@link FromStep}. */
  readonly each: string | readonly unknown[]
  readonly [member: string]: unknown
}
