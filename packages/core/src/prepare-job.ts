import { identifyInTime } from './ask-source.js'
import { cacheKey } from './cache-key.js'
import { cloneJson, PayloadError, type PayloadLimits } from './clone-json.js'
import { isDataLabError } from './errors.js'
import { type FileReference, type FileSource, type SourceContext, sourceOf } from './file-source.js'
import { type InputIssue, inputError } from './input-issue.js'
import { inputLabel } from './input-message.js'
import { copyJson, deepFreeze, type JsonObject, type JsonValue } from './json.js'
import { type InputFile, InputNormalizer } from './normalize-inputs.js'
import type { AnyOperationInfo } from './operation-info.js'
import type { Provenance } from './provenance.js'
import type { ServiceProvider } from './service.js'
import { validateInputs, validatorsFor } from './validate-inputs.js'

/** What a host has that a job's key depends on. */
export interface JobSurroundings {
  /** The providers of what the operation requires. */
  readonly services: readonly ServiceProvider[]
  readonly sources: ReadonlyMap<string, FileSource>
  readonly limits: PayloadLimits
  /** Called where a file could not be identified, before that is told: what it throws is told instead. */
  readonly onUnidentified?: (job: Pick<Provenance, 'operation' | 'inputs'>) => Promise<void>
}

/** A job that can be submitted. */
export interface PreparedJob {
  readonly key: string
  /** Validated, with defaults, normalised, frozen: what `operate()` sees. */
  readonly inputs: JsonObject
  readonly provenance: Provenance
  /** The inputs as they were sent, with what the front end added. */
  readonly sent: JsonValue
}

/** How many files are identified at once. */
const CONCURRENCY = 32

/**
 * Validates inputs, gives each file its identity, and makes the key. The caller's object is never touched.
 *
 * @throws DATALAB_INPUT_INVALID for whatever the user should change, a missing file included; what the source throws when it does not answer.
 */
export async function prepareJob(
  info: AnyOperationInfo,
  inputs: unknown,
  surroundings: JobSurroundings,
  context: SourceContext,
): Promise<PreparedJob> {
  const sent = clonedInputs(info, inputs, surroundings.limits)
  const clone = copyJson(sent)
  const validators = await validatorsFor(info.inputs, clone)
  validateInputs(validators, info, clone)
  const normalizer = new InputNormalizer(info.inputs, validators)
  const declared = normalizer.declared(clone)
  const files = normalizer.files(declared)
  for (const { reference } of files)
    Object.assign(reference, surroundings.sources.get(reference.source)?.canonical?.(reference))
  const identities = await identifyFiles(info, files, surroundings.sources, context).catch(async (error) => {
    await surroundings.onUnidentified?.(deepFreeze({ operation: operationOf(info), inputs: declared as JsonObject }))
    throw error
  })
  const normalized = normalizer.normalize(declared, (reference) => identities.get(reference))
  const key = cacheKey(info, surroundings.services, normalized.identity)
  return deepFreeze({
    key,
    sent,
    inputs: normalized.inputs as JsonObject,
    provenance: {
      key,
      operation: operationOf(info),
      ...servicesOf(surroundings.services),
      inputs: normalized.identity as JsonObject,
    },
  }) as PreparedJob
}

function servicesOf(providers: readonly ServiceProvider[]): Pick<Provenance, 'services' | 'settings'> {
  const services = Object.fromEntries(providers.map(({ key, revision }) => [key.id, revision]))
  const settings = providers.flatMap(({ key, settings }) =>
    settings === undefined ? [] : [[key.id, settings] as const],
  )
  return { services, ...(settings.length > 0 && { settings: Object.fromEntries(settings) }) }
}

function operationOf({ id, name, revision, version }: AnyOperationInfo): Provenance['operation'] {
  return { id, name, revision, ...(version === undefined ? {} : { version }) }
}

/**
 * A deep copy of what somebody sent.
 *
 * @throws DATALAB_INPUT_INVALID for what JSON cannot hold, and for what is too large.
 */
export function clonedInputs(
  info: Pick<AnyOperationInfo, 'name' | 'inputs'>,
  inputs: unknown,
  limits?: PayloadLimits,
): JsonValue {
  try {
    return cloneJson(inputs, limits)
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    const message = `${inputLabel(info.inputs, error.pointer)} ${error.message}.`
    throw inputError(info.name, [{ pointer: error.pointer, message }])
  }
}

async function identifyFiles(
  info: AnyOperationInfo,
  files: readonly InputFile[],
  sources: ReadonlyMap<string, FileSource>,
  context: SourceContext,
): Promise<Map<FileReference, string>> {
  const identities = new Map<FileReference, string>()
  const issues: InputIssue[] = []
  const queue = files.values()
  const worker = async () => {
    for (const { pointer, reference } of queue) {
      try {
        identities.set(reference, await identifyInTime(sourceOf(reference, sources), reference, context))
      } catch (error) {
        if (!isDataLabError(error, ...USER_ERRORS)) throw error
        issues.push({ pointer, message: `${inputLabel(info.inputs, pointer)}: ${error.message}` })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, files.length) }, worker))
  if (issues.length > 0) throw inputError(info.name, inInputOrder(issues, files))
  return identities
}

/** What a source throws for a reference that the user should change. */
const USER_ERRORS = ['SOURCE_UNKNOWN', 'SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN']

function inInputOrder(issues: readonly InputIssue[], files: readonly InputFile[]): InputIssue[] {
  const order = new Map(files.map(({ pointer }, index) => [pointer, index]))
  return [...issues].sort((a, b) => (order.get(a.pointer) ?? 0) - (order.get(b.pointer) ?? 0))
}
