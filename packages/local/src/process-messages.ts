import type { Logger, PerformRequest, SerializedError, StoredOutput } from '@datalab/core'

/** What the host tells a child. */
export type HostMessage =
  | { readonly kind: 'perform'; readonly run: number; readonly request: PerformRequest }
  | { readonly kind: 'abort'; readonly run: number; readonly reason: SerializedError }
  | { readonly kind: 'written'; readonly run: number; readonly write: number; readonly error?: SerializedError }

/** What a child tells when it has opened the set-up module. */
export interface ReadyMessage {
  readonly kind: 'ready'
  /** As core's processIdentity: what it leaves behind when it dies is named after it. */
  readonly identity: string
  /** The folder in which its runs have their scratch folders. */
  readonly scratch: string
  /** Bytes of resident memory that a run may take, by the ids of the operations that say so. */
  readonly memory: Readonly<Record<string, number>>
}

/** What a child tells of a run while it goes on. */
export interface ReportMessage {
  readonly kind: 'report'
  readonly run: number
  readonly progress?: number
  readonly message?: string
  readonly warnings: readonly string[]
}

/** What a child tells the host. */
export type ChildMessage =
  | ReadyMessage
  | ReportMessage
  | { readonly kind: 'wait'; readonly run: number; readonly isWaiting: boolean }
  | { readonly kind: 'write'; readonly run: number; readonly write: number; readonly output: StoredOutput }
  | {
      readonly kind: 'log'
      readonly level: keyof Logger
      readonly facts: Readonly<Record<string, unknown>>
      readonly message: string
    }
  | {
      readonly kind: 'done'
      readonly run: number
      readonly output: StoredOutput
      /** Whether the run has left something that another one could meet. */
      readonly isSpent: boolean
    }
  | {
      readonly kind: 'failed'
      readonly run: number
      readonly error: SerializedError
      /** Whether the child cannot go on after it. */
      readonly isLast: boolean
    }

type Check = (value: unknown) => boolean

/** The message that a child sent; undefined where it is none of ours, since an operation can send what it likes. */
export function parseChildMessage(value: unknown): ChildMessage | undefined {
  if (!isObject(value) || typeof value.kind !== 'string' || !Object.hasOwn(MEMBERS, value.kind)) return undefined
  const checks = Object.entries(MEMBERS[value.kind as ChildMessage['kind']])
  return checks.every(([name, isRight]) => isRight(value[name])) ? (value as unknown as ChildMessage) : undefined
}

/** Whether an output names objects of this job alone. */
export function isOutputOf(key: string, { output_files = [] }: StoredOutput): boolean {
  return output_files.every(({ objects }) => Object.values(objects).every((name) => name.startsWith(`${key}/`)))
}

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => Number.isFinite(value)
const isLevel: Check = (value) => isText(value) && ['debug', 'info', 'warn', 'error'].includes(value as string)
const optional =
  (isRight: Check): Check =>
  (value) =>
    value === undefined || isRight(value)
const listOf =
  (isRight: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(isRight)
const mapOf =
  (isRight: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(isRight)

const isOutputFile: Check = (file) =>
  isObject(file) &&
  isText(file.basename) &&
  file.source === 'datalab' &&
  isText(file.type) &&
  mapOf(isText)(file.objects) &&
  mapOf(isNumber)(file.sizes) &&
  optional(listOf(isText))(file.derived)

const isOutput: Check = (output) =>
  isObject(output) &&
  optional(listOf(isOutputFile))(output.output_files) &&
  optional(listOf(isObject))(output.output_data)

const isError: Check = (error) =>
  isObject(error) &&
  [error.name, error.code, error.message].every(isText) &&
  (error.audience === 'user' || error.audience === 'developer') &&
  isFlag(error.retryable) &&
  isObject(error.details) &&
  optional(isText)(error.stack) &&
  optional(isError)(error.cause)

const MEMBERS: Readonly<Record<ChildMessage['kind'], Readonly<Record<string, Check>>>> = {
  ready: { identity: isText, scratch: isText, memory: mapOf(isNumber) },
  report: { run: isNumber, progress: optional(isNumber), message: optional(isText), warnings: listOf(isText) },
  wait: { run: isNumber, isWaiting: isFlag },
  write: { run: isNumber, write: isNumber, output: isOutput },
  log: { level: isLevel, facts: isObject, message: isText },
  done: { run: isNumber, output: isOutput, isSpent: isFlag },
  failed: { run: isNumber, error: isError, isLast: isFlag },
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
