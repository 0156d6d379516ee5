import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from './children.mjs'

const execute = promisify(execFile)
const KEYS = { AWS_ACCESS_KEY_ID: 'EXAMPLE', AWS_SECRET_ACCESS_KEY: 'example-on-loopback', AWS_REGION: 'us-east-1' }
/** It takes 15 s, and longer where the machine does other work besides. */
const START_MS = 120_000

// Its word to developers about versions of Node is none to whoever reads what is printed.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/**
 * A Ceph RADOS Gateway, a real S3 server, with a bucket `results`: one monitor, one disk that is in memory (512 MiB), and the gateway itself.
 * apt-get install --no-install-recommends radosgw ceph-mon ceph-osd
 *
 * Resolves with the variables by which it is reached. Rejects where its programs are missing, or it does not answer within two minutes.
 */
export async function startRadosGateway(children, folder) {
  const limit = AbortSignal.timeout(START_MS)
  const [port, monitorPort, cluster, disk] = [await freePort(), await freePort(), randomUUID(), randomUUID()]
  for (const name of ['monitor', 'disk', 'gateway', 'run']) await mkdir(join(folder, name), { recursive: true })
  const file = join(folder, 'ceph.conf')
  await writeFile(file, configuration({ folder, port, monitorPort, cluster }))
  await writeFile(join(folder, 'none.json'), '{}')
  const run = (command, ...rest) => execute(command, ['-c', file, ...rest], { signal: limit })
  const start = (command, ...rest) => children.start(command, ['-c', file, '-f', ...rest])
  const map = join(folder, 'map')
  await execute('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', `[v1:127.0.0.1:${monitorPort}]`, map])
  await run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map)
  start('ceph-mon', '-i', 'a')
  // The disk has to have the id that the monitor knows of.
  await run('ceph', 'osd', 'new', disk, '-i', join(folder, 'none.json'))
  await run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', disk)
  start('ceph-osd', '-i', '0')
  const keys = ['--access-key', KEYS.AWS_ACCESS_KEY_ID, '--secret-key', KEYS.AWS_SECRET_ACCESS_KEY]
  await run('radosgw-admin', 'user', 'create', '--uid', 'example', '--display-name', 'example', ...keys)
  start('radosgw', '-n', 'client.rgw', `--rgw-data=${join(folder, 'gateway')}`)
  const endpoint = `http://127.0.0.1:${port}`
  await makeBucket(endpoint, limit)
  return { ...KEYS, AWS_ENDPOINT_URL_S3: endpoint, DATALAB_STORAGE: 's3://results/fleet' }
}

async function makeBucket(endpoint, limit) {
  while (!(await fetch(endpoint, { signal: limit }).catch(() => limit.throwIfAborted()))) await sleep(100)
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY }
  const client = new S3Client({ endpoint, region: KEYS.AWS_REGION, forcePathStyle: true, credentials })
  await client.send(new CreateBucketCommand({ Bucket: 'results' }), { abortSignal: limit })
  client.destroy()
}

function configuration({ folder, port, monitorPort, cluster }) {
  return `[global]
fsid = ${cluster}
mon host = v1:127.0.0.1:${monitorPort}
mon initial members = a
mon data avail crit = 1
mon allow pool size one = true
mon max pg per osd = 1000
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = ${2 ** 29}
run dir = ${join(folder, 'run')}
admin socket = ${join(folder, 'run')}/$name.$pid.asok
log file = ${folder}/$name.log
pid file = ${join(folder, 'run')}/$name.pid
crash dir = ${folder}
rgw frontends = beast endpoint=127.0.0.1:${port}
[mon.a]
mon data = ${join(folder, 'monitor')}
mon addr = 127.0.0.1:${monitorPort}
[osd.0]
osd data = ${join(folder, 'disk')}
`
}
