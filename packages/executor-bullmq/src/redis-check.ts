import type { Redis } from 'ioredis'
import { unsuitable } from './redis-error.js'

/** The first version that has all commands which are used. */
const LEAST_VERSION = '6.2'

/**
 * Looks whether a Redis keeps what it is given.
 *
 * @param where host and port
 * @throws REDIS_UNSUITABLE for one that drops keys when its memory is full, is too old, or is a cluster.
 */
export async function checkRedis(client: Redis, where: string): Promise<void> {
  const facts = factsOf(await client.info())
  const { maxmemory_policy: policy = 'noeviction', redis_version: version = LEAST_VERSION, redis_mode: mode } = facts
  const details = { where, policy, version }
  if (policy !== 'noeviction')
    throw unsuitable(
      `The Redis at ${where} drops keys when its memory is full (maxmemory-policy ${policy}): jobs would be lost. Set maxmemory-policy to noeviction.`,
      { details },
    )
  if (isLower(version, LEAST_VERSION))
    throw unsuitable(`The Redis at ${where} is of version ${version}; ${LEAST_VERSION} is needed. Update it.`, {
      details,
    })
  if (mode === 'cluster')
    throw unsuitable(`The Redis at ${where} is a cluster, on which jobs cannot be kept. Give a single Redis.`, {
      details,
    })
}

function factsOf(info: string): Record<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

function isLower(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}
