import { inputError } from './input-issue.js'
import { inputLabel } from './input-message.js'
import type { JsonSchema } from './input-schema.js'
import { type JsonObject, type JsonValue, jsonPointer } from './json.js'
import type { AnyOperationInfo } from './operation-info.js'
import { isListSchema, itemSchemaOf, memberSchemaOf, referenceIn, type StepReference } from './step-reference.js'

/** The files that a reference stands for. The pointer is its place among the inputs. */
export type FilesOf = (reference: StepReference, pointer: string) => readonly JsonValue[]

/** Puts files into the inputs of a step where these name other steps. */
export class StepFiller {
  constructor(
    private readonly info: AnyOperationInfo,
    private readonly filesOf: FilesOf,
  ) {}

  /** @throws DATALAB_INPUT_INVALID where several files would be in the place of one. */
  fill(schema: JsonSchema | undefined, value: JsonValue, pointer = ''): JsonValue {
    // The inputs as a whole are no place of files.
    const reference = schema === this.info.inputs ? undefined : referenceIn(schema, value)
    if (reference !== undefined) return this.#inPlaceOf(schema, reference, pointer)
    if (Array.isArray(value)) return this.#list(schema, value, pointer)
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([name, member]) => {
      return [name, this.fill(memberSchemaOf(schema, name), member, pointer + jsonPointer(name))] as const
    })
    return Object.fromEntries(members)
  }

  #inPlaceOf(schema: JsonSchema | undefined, reference: StepReference, pointer: string): JsonValue {
    const files = this.filesOf(reference, pointer)
    if (isListSchema(schema)) return enough(schema, files)
    if (files.length === 1) return files[0] as JsonValue
    const message = `It takes one file, and there are ${files.length}; say which by its index, such as "index": 0.`
    throw placeError(this.info, pointer, message)
  }

  #list(schema: JsonSchema | undefined, list: readonly JsonValue[], pointer: string): JsonValue {
    const items = list.flatMap((item, index) => {
      const inner = itemSchemaOf(schema, index)
      const place = pointer + jsonPointer(index)
      const reference = referenceIn(inner, item)
      return reference === undefined ? [this.fill(inner, item, place)] : this.filesOf(reference, place)
    })
    return enough(schema, items)
  }
}

/** The error of one place in the inputs of a step: DATALAB_INPUT_INVALID. */
export function placeError(info: AnyOperationInfo, pointer: string, message: string): Error {
  return inputError(info.name, [{ pointer, message: `${inputLabel(info.inputs, pointer)}: ${message}` }])
}

/** No name of an output: no source has it. */
export const STAND_IN: JsonObject = { source: 'datalab', basename: 'an output that is not there yet' }

/** Whether a value stands in for an output that is not known yet. */
export function isStandIn(value: unknown): boolean {
  const { source, basename } = (value ?? {}) as { source?: unknown; basename?: unknown }
  return source === STAND_IN.source && basename === STAND_IN.basename
}

/** As many as a list has to have at least, where how many there will be is not known. */
function enough(schema: JsonSchema | undefined, files: readonly JsonValue[]): readonly JsonValue[] {
  const standIn = files.find(isStandIn)
  const missing = (schema?.minItems ?? 0) - files.length
  return standIn === undefined || missing <= 0 ? files : [...files, ...Array<JsonValue>(missing).fill(standIn)]
}
