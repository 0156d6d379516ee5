import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'
import type { FileReference, FileSource, SourceContext } from './file-source.js'
import { withinTime } from './grace.js'

/** No source takes longer to tell which version of a file it has; one that hangs must not hold whoever submits. */
const IDENTIFY_MS = 60_000

/**
 * Asks a source which version of a file it has.
 *
 * @throws SOURCE_INVALID when its answer is no text; what the source throws.
 */
export async function identifyFile(
  source: FileSource,
  reference: FileReference,
  context: SourceContext,
): Promise<string> {
  const identity: unknown = await source.identify(reference, context)
  if (typeof identity === 'string') return identity
  throw invalid(source, reference, `identifies it by ${described(identity)} instead of a text`)
}

/**
 * Asks a source which version of a file it has, while somebody waits. Where it does not tell in time, the signal that it is given is aborted.
 *
 * @throws SOURCE_UNAVAILABLE (retryable) when it does not answer; as {@link identifyFile}.
 */
export async function identifyInTime(
  source: FileSource,
  reference: FileReference,
  context: SourceContext,
): Promise<string> {
  const over = new AbortController()
  const late = () => {
    const error = unanswered(source, reference)
    over.abort(error)
    return error
  }
  return withinTime(identifyFile(source, reference, { ...context, signal: over.signal }), IDENTIFY_MS, late)
}

/**
 * Opens a file of a source.
 *
 * @throws SOURCE_INVALID when what it gives is no source of bytes; what the source throws.
 */
export async function openFile(
  source: FileSource,
  reference: FileReference,
  context: SourceContext,
): Promise<ByteSource> {
  const opened = await source.open(reference, context)
  const fault = faultOf(opened)
  if (fault === undefined) return opened
  // What is said is what is wrong with it, not that it cannot be closed either.
  await Promise.resolve(opened?.close?.()).catch(() => {})
  throw invalid(source, reference, fault)
}

function faultOf(opened: Partial<ByteSource> | null | undefined): string | undefined {
  if (typeof opened?.read !== 'function' || typeof opened.close !== 'function')
    return `opens it as ${described(opened)}, which has no read() and close()`
  const { size, identity } = opened
  if (!Number.isSafeInteger(size) || Number(size) < 0)
    return `opens it with the size ${described(size)} instead of a whole number of bytes`
  if (typeof identity !== 'string') return `opens it with the identity ${described(identity)} instead of a text`
  return undefined
}

function unanswered({ name }: FileSource, { basename }: FileReference): DataLabError {
  const message = `${basename} cannot be looked at now: its source '${name}' does not answer. Try again later, or choose another file.`
  const cause = new Error(`identify: no answer within ${IDENTIFY_MS} milliseconds`)
  const options = { audience: 'user', retryable: true, cause, details: { source: name, basename } } as const
  return new DataLabError('SOURCE_UNAVAILABLE', message, options)
}

function described(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value).slice(0, 50)
}

function invalid({ name }: FileSource, { basename }: FileReference, what: string): DataLabError {
  return new DataLabError(
    'SOURCE_INVALID',
    `The source '${name}' breaks its contract: asked for ${basename}, it ${what}.`,
    {
      details: { source: name, basename },
    },
  )
}
