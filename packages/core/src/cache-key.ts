import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'
import type { JsonValue } from './json.js'
import type { AnyOperationInfo } from './operation-info.js'
import type { ServiceProvider } from './service.js'

/**
 * The key of a job: who asks for the same gets the same.
 *
 * SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of the operation's id and revision, those of the services it requires with their
 * settings, and the identity of its inputs.
 *
 * @param services the providers of what the operation requires
 * @param identity the inputs as {@link normalizeInputs} knows them
 */
export function cacheKey(info: AnyOperationInfo, services: readonly ServiceProvider[], identity: JsonValue): string {
  const revisions = services
    .map(({ key, revision, settings }) => [key.id, revision, settings ?? null] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(canonicalJson([info.id, info.revision, revisions, identity]))
    .digest('hex')
}
