import type { Bucket } from './bucket.js'
import { kindOf } from './classify.js'
import { explained } from './explained.js'
import { isFailure, isTransient, S3Failure } from './s3-failure.js'

/** S3 takes so many keys at once. */
const BATCH = 1000
/** An error names so many keys that are still there. */
const NAMED_KEYS = 100

interface Refusal {
  readonly key: string
  readonly failure: S3Failure
}

/**
 * Deletes objects; those that are not there are no error.
 *
 * @throws the errors of `ObjectStorage`, when all that could be deleted is: `details.keys` has what is still there, `details.count` how many.
 */
export async function deleteObjects(bucket: Bucket, keys: readonly string[]): Promise<void> {
  const refusals: Refusal[] = []
  try {
    if (keys.length === 1) return await deleteOne(bucket, keys[0] ?? '')
    for (let start = 0; start < keys.length; start += BATCH)
      refusals.push(...(await deleteBatch(bucket, keys.slice(start, start + BATCH))))
  } catch (error) {
    throw explained(error, { bucket, key: keys[0] ?? '', action: 'delete' })
  }
  if (refusals.length > 0) throw refused(bucket, keys.length, refusals)
}

async function deleteOne(bucket: Bucket, key: string): Promise<void> {
  const place = { Bucket: bucket.name, Key: bucket.nameOf(key) }
  try {
    await bucket.request(({ DeleteObjectCommand }) => new DeleteObjectCommand(place))
  } catch (error) {
    if (!isFailure(error, 'missing')) throw error
  }
}

/** Deletes at most {@link BATCH} objects, and tells which are still there for good. */
async function deleteBatch(bucket: Bucket, keys: readonly string[]): Promise<Refusal[]> {
  let rest = keys
  let refusals: Refusal[] = []
  const attempt = async () => {
    const answers = await ask(bucket, rest)
    const again = answers.filter(({ failure }) => isTransient(failure))
    refusals = [...refusals, ...answers.filter(({ failure }) => !isTransient(failure))]
    rest = again.map(({ key }) => key)
    if (again[0] !== undefined) throw again[0].failure
  }
  await bucket.retrying(undefined, attempt)
  return refusals
}

/** Asks once; what S3 says of the keys that it did not delete. */
async function ask(bucket: Bucket, keys: readonly string[]): Promise<Refusal[]> {
  const Delete = { Objects: keys.map((key) => ({ Key: bucket.nameOf(key) })), Quiet: true }
  const { Errors = [] } = await bucket.attempt(
    ({ DeleteObjectsCommand }) => new DeleteObjectsCommand({ Bucket: bucket.name, Delete }),
    undefined,
    async (answer) => answer,
  )
  return Errors.filter(({ Code }) => Code !== 'NoSuchKey' && Code !== 'NoSuchVersion').map(
    ({ Key = '', Code = '' }) => {
      return { key: bucket.keyOf(Key), failure: failureOf(Code) }
    },
  )
}

/** A key's error has no status of its own. */
function failureOf(code: string): S3Failure {
  const status = /^(InternalError|ServiceUnavailable)$/.test(code) ? 500 : code === 'AccessDenied' ? 403 : 400
  const word = /^[A-Za-z]{2,60}$/.test(code) ? code : undefined
  return new S3Failure(kindOf({ Code: code, $metadata: { httpStatusCode: status } }), `answers ${word ?? 'an error'}`, {
    code: word,
  })
}

function refused(bucket: Bucket, asked: number, refusals: readonly Refusal[]): unknown {
  const first = refusals[0]
  if (first === undefined) return undefined
  const error = explained(first.failure, { bucket, key: first.key, action: 'delete' })
  const keys = refusals.slice(0, NAMED_KEYS).map(({ key }) => key)
  if (error instanceof Error && 'details' in error)
    Object.assign(error.details as object, { keys, count: refusals.length, asked })
  return error
}
