import { setImmediate } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { codeOf, kindOf, type RawError, statusOf } from './classify.js'
import { type FailureKind, S3Failure } from './s3-failure.js'
import { safeCause } from './safe-cause.js'

/** An error of the SDK as a failure of this package: with what helps, and without what is secret. */
export async function classified(error: unknown, client: S3Client): Promise<S3Failure> {
  const raw = (typeof error === 'object' && error !== null ? error : {}) as RawError
  const secrets = await secretsOf(client)
  const cause = safeCause(error, secrets)
  const [kind, status, code] = [kindOf(raw), statusOf(raw), safeWord(codeOf(raw), secrets)]
  const requestId = safeWord(raw.$metadata?.requestId, secrets)
  const facts = { status, code, requestId, retryAfterMs: retryAfterOf(error), cause }
  return new S3Failure(kind, reasonOf(kind, status, code, cause), facts)
}

function reasonOf(kind: FailureKind, status: number | undefined, code: string | undefined, cause: Error): string {
  if (status !== undefined) return `answers ${[status, code].filter(Boolean).join(' ')}`
  if (kind === 'lost') return `cannot be reached or breaks off (${code ?? cause.name})`
  return `cannot be asked (${cause.message.replace(/\.$/, '')})`
}

/** What may stand in no error. Credentials that are not known by now have not been sent. */
async function secretsOf(client: S3Client): Promise<string[]> {
  try {
    const credentials = await Promise.race([client.config.credentials(), setImmediate(undefined)])
    const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? {}
    return [accessKeyId, secretAccessKey, sessionToken].filter(
      (one) => typeof one === 'string' && one !== '',
    ) as string[]
  } catch {
    return []
  }
}

function safeWord(word: unknown, secrets: readonly string[]): string | undefined {
  if (typeof word !== 'string' || word.length > 100) return undefined
  return secrets.some((secret) => word.includes(secret)) ? undefined : word
}

/** The `Retry-After` header, a number of seconds, in milliseconds. */
function retryAfterOf(error: unknown): number | undefined {
  const { $response } = (error ?? {}) as { $response?: { headers?: Record<string, unknown> } }
  const header = $response?.headers?.['retry-after']
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : undefined
}
