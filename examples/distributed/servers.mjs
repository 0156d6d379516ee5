import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './children.mjs'
import { startRadosGateway } from './rados-gateway.mjs'

/** Whether there is a Redis on this machine. */
export function hasRedis() {
  try {
    return execFileSync('redis-server', ['--version']).length > 0
  } catch {
    return false
  }
}

/** A Redis on loopback that writes down all that it is told. Resolves with the variable by which it is reached. */
export async function startRedis(children, folder) {
  const port = await freePort()
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder]
  children.start('redis-server', [...place, '--appendonly', 'yes', '--save', ''])
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {}) // until it listens
  await client.ping()
  client.disconnect()
  return { DATALAB_REDIS: `redis://127.0.0.1:${port}` }
}

/** Where results are kept: an S3 server where it can be had, or else a folder. Resolves with the variables by which it is reached. */
export async function startStorage(children, folder, isFolder) {
  const shared = { DATALAB_STORAGE: join(folder, 'results') }
  if (isFolder) return shared
  try {
    return await startRadosGateway(children, join(folder, 'ceph'))
  } catch (error) {
    const isMissing = error.code === 'ENOENT'
    const reason = isMissing ? `there is no ${error.path}` : isLate(error) ? 'it did not start in time' : error.message
    console.error(`\n*** NO S3: ${reason}. Results go to a folder instead.`)
    if (isMissing) console.error('*** On Debian: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd')
    return shared
  }
}

function isLate({ name }) {
  return name === 'AbortError' || name === 'TimeoutError'
}
