import type { AccessSubject } from './access.js'
import type { StoredRecord } from './record.js'

/**
 * The record that a manifest's text holds; `undefined` where it is no completed record of this job, whole in every member that is read.
 *
 * What lies in a storage may have been written by anything: a record is taken only if it names objects of its own job and no others.
 */
export function parseManifest(text: string, key: string): StoredRecord | undefined {
  const value = parsed(text)
  return isObject(value) && isCompleted(value, key) && isOutput(value.output, key)
    ? ({ outdated: 0, ...value } as unknown as StoredRecord)
    : undefined
}

/** What lies in the place of a manifest whose result is garbage. */
export interface GarbageMark {
  readonly version: 1
  readonly key: string
  /** The last attempt that was known of: a later one has a higher number. */
  readonly attempt: number
  /** Since when: ISO 8601, UTC. */
  readonly garbage: string
  /** What the job was: who may have those that its result went into depends on it. Absent where it was not known. */
  readonly job?: Pick<AccessSubject, 'operation' | 'inputs'>
  /** Whether its objects are being deleted, or are: the result cannot be had again. */
  readonly swept?: true
}

/** The mark that a manifest's text is in the place of; `undefined` where it is none of this job. */
export function parseGarbageMark(text: string, key: string): GarbageMark | undefined {
  const value = parsed(text)
  const isMark =
    isObject(value) &&
    value.version === 1 &&
    value.key === key &&
    Number.isSafeInteger(value.attempt) &&
    isText(value.garbage) &&
    !Number.isNaN(Date.parse(value.garbage))
  if (!isMark) return undefined
  const { version, attempt, garbage, job, swept } = value as unknown as GarbageMark
  return { version, key, attempt, garbage, ...(isJob(job) && { job }), ...(swept === true && { swept }) }
}

function isJob(job: unknown): boolean {
  if (!isObject(job) || !isObject(job.operation) || !isObject(job.inputs)) return false
  const { id, name, revision } = job.operation
  return isText(id) && isText(name) && typeof revision === 'number'
}

type Members = Readonly<Record<string, unknown>>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCompleted(record: Members, key: string): boolean {
  const { version, status, attempt, operation, inputs, provenance, warnings, history, created, updated } = record
  return (
    version === 1 &&
    record.key === key &&
    status === 'COMPLETED' &&
    Number.isSafeInteger(attempt) &&
    [operation, inputs, provenance].every(isObject) &&
    [created, updated].every(isText) &&
    isListOf(warnings, isText) &&
    isListOf(history, isObject)
  )
}

function isOutput(output: unknown, key: string): boolean {
  if (!isObject(output)) return false
  const { output_files = [], output_data = [] } = output
  return isListOf(output_files, (file) => isOutputFile(file, key)) && isListOf(output_data, isObject)
}

function isOutputFile(file: unknown, key: string): boolean {
  if (!isObject(file) || !isText(file.basename) || !isText(file.type) || file.source !== 'datalab') return false
  if (!isObject(file.sizes) || !isListOf(file.derived ?? [], isText)) return false
  if (file.input !== undefined && !isInput(file.input)) return false
  return (
    isObject(file.objects) && Object.values(file.objects).every((name) => isText(name) && name.startsWith(`${key}/`))
  )
}

function isInput(input: unknown): boolean {
  return isObject(input) && isText(input.source) && isText(input.basename) && isText(input.root ?? '')
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem)
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
