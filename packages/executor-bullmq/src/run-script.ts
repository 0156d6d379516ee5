import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

const digests = new Map<string, string>()

/** Has Redis run a script, which is sent there once. */
export async function runScript(client: Redis, script: string, values: readonly (string | number)[]): Promise<unknown> {
  try {
    return await client.evalsha(digestOf(script), 0, ...values)
  } catch (error) {
    if (!String((error as Error).message).startsWith('NOSCRIPT')) throw error
    return client.eval(script, 0, ...values)
  }
}

function digestOf(script: string): string {
  const known = digests.get(script)
  if (known !== undefined) return known
  const digest = createHash('sha1').update(script).digest('hex')
  digests.set(script, digest)
  return digest
}
