import type { JsonObject, JsonValue } from './json.js'
import type { AnyOperationInfo } from './operation-info.js'
import { isStandIn, placeError, STAND_IN, StepFiller } from './step-filler.js'
import type { OutputsReference, StepReference } from './step-reference.js'

/** The output files of a step as references, in their order; undefined while they are not known. */
export type OutputsOf = (step: string) => readonly JsonObject[] | undefined

/** Where another step is named in the inputs of a step. */
export interface NamedStep {
  readonly step: string
  /** A JSON pointer into the inputs. */
  readonly pointer: string
}

/** Every step that the inputs of a step name. */
export function stepsNamedIn(info: AnyOperationInfo, inputs: JsonObject): NamedStep[] {
  const named: NamedStep[] = []
  const note = (reference: StepReference, pointer: string): readonly JsonValue[] => {
    if (reference.kind === 'from') named.push({ step: reference.step, pointer })
    else if (isReference(reference.files)) note(reference.files, pointer)
    else new StepFiller(info, note).fill(undefined, reference.files, pointer)
    return [STAND_IN]
  }
  new StepFiller(info, note).fill(info.inputs, inputs)
  return named
}

/** The jobs of a step. */
export interface StepJobs {
  readonly count: number
  /** The inputs of one of them, made when they are asked for: all of them together may be very many. */
  inputsOf(job: number): JsonObject
}

/** More jobs than these are a mistake. */
const MAX_JOBS = 9999

/**
 * The jobs of a step: one, but where it takes `each` of some files.
 *
 * Outputs that are not known yet are stood in for, by as many as the input needs at least.
 *
 * @throws DATALAB_INPUT_INVALID where a step has no such outputs.
 */
export function stepJobs(info: AnyOperationInfo, inputs: JsonObject, outputsOf: OutputsOf): StepJobs {
  const files = (reference: StepReference, pointer: string) => filesOf(info, reference, outputsOf, pointer)
  const lists = new Map<string, readonly JsonValue[]>()
  const collect = (reference: StepReference, pointer: string) => {
    const list = files(reference, pointer)
    if (reference.kind === 'from') return list
    lists.set(pointer, list)
    return list.slice(0, 1)
  }
  new StepFiller(info, collect).fill(info.inputs, inputs)
  return {
    count: jobCount(info, lists),
    inputsOf(job) {
      const taken = (reference: StepReference, pointer: string) => {
        const list = lists.get(pointer)
        return list === undefined ? files(reference, pointer) : [list[Math.min(job, list.length - 1)] as JsonValue]
      }
      return new StepFiller(info, taken).fill(info.inputs, inputs) as JsonObject
    },
  }
}

/** How many jobs a step has, given the files of which each takes one, by where they are. */
function jobCount(info: AnyOperationInfo, lists: ReadonlyMap<string, readonly JsonValue[]>): number {
  const long = [...lists].find(([, files]) => files.length > MAX_JOBS)
  if (long !== undefined)
    throw placeError(info, long[0], `There are ${long[1].length} files for 'each'; give at most ${MAX_JOBS}.`)
  const known = [...lists].filter(([, files]) => !files.some(isStandIn))
  const [first, ...others] = known
  if (first === undefined) return 1
  const count = first[1].length
  const other = others.find(([, files]) => files.length !== count)
  if (other === undefined) return count
  const message = `There ${other[1].length === 1 ? 'is 1 file' : `are ${other[1].length} files`} for 'each', and ${count} at ${first[0]}; they go together one by one, so give as many.`
  throw placeError(info, other[0], message)
}

function filesOf(
  info: AnyOperationInfo,
  reference: StepReference,
  outputsOf: OutputsOf,
  pointer: string,
): readonly JsonValue[] {
  const { members } = reference
  const files =
    reference.kind === 'from'
      ? outputFiles(info, reference, outputsOf, pointer)
      : eachFiles(info, reference.files, outputsOf, pointer)
  // Which file it is, is said by the file alone.
  return files.map((file) => (isObject(file) ? { ...members, ...file } : file))
}

function eachFiles(
  info: AnyOperationInfo,
  files: OutputsReference | readonly JsonValue[],
  outputsOf: OutputsOf,
  pointer: string,
): readonly JsonValue[] {
  if (isReference(files)) return filesOf(info, files, outputsOf, pointer)
  const inner = new StepFiller(info, (reference, place) => filesOf(info, reference, outputsOf, place))
  const list = inner.fill(undefined, files, pointer) as readonly JsonValue[]
  if (list.length === 0) throw placeError(info, pointer, "The list of 'each' is empty; give at least one file.")
  return list
}

function outputFiles(
  info: AnyOperationInfo,
  { index, step }: OutputsReference,
  outputsOf: OutputsOf,
  pointer: string,
): readonly JsonObject[] {
  const fault = (message: string) => placeError(info, pointer, message)
  if (index !== undefined && !(Number.isSafeInteger(index) && Number(index) >= 0))
    throw fault(`The index is ${JSON.stringify(index)}; give 0 for the first output of '${step}', 1 for the second.`)
  const outputs = outputsOf(step)
  if (outputs === undefined) return [STAND_IN]
  if (outputs.length === 0) throw fault(`Step '${step}' has no output files; take those of another step.`)
  if (index === undefined) return outputs
  const output = outputs[Number(index)]
  if (output !== undefined) return [output]
  const last = outputs.length - 1
  throw fault(`Step '${step}' has no output ${index}; give an index ${last === 0 ? 'of 0' : `from 0 to ${last}`}.`)
}

function isReference(files: OutputsReference | readonly JsonValue[]): files is OutputsReference {
  return !Array.isArray(files)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
