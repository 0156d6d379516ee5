import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readImage, writeImage } from '@datalab/fits'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const datalab = fileURLToPath(new URL('../packages/cli/bin/datalab.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'datalab-fleet-'))
const processes: ChildProcess[] = []
let env: NodeJS.ProcessEnv = {}

const hasRedis = (() => {
  try {
    return execFileSync('redis-server', ['--version']).length > 0
  } catch {
    console.error('\n*** SKIPPED: datalab worker. Install a Redis: apt-get install redis-server\n')
    return false
  }
})()

beforeAll(async () => {
  if (!hasRedis) return
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await promisify(server.close.bind(server))()
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  processes.push(spawn('redis-server', options, { stdio: 'ignore' }))
  env = { ...process.env, DATALAB_REDIS: `redis://127.0.0.1:${port}`, DATALAB_STORAGE: join(folder, 'results') }
  mkdirSync(join(folder, 'data'))
  for (const level of [1, 5, 3])
    await writeImage(join(folder, 'data', `${level}.fits`), {
      data: new Float32Array(6).fill(level),
      width: 3,
      height: 2,
    })
})

afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

function start(argv: string[], more: NodeJS.ProcessEnv = {}): ChildProcess {
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']
  const child = spawn(process.execPath, [datalab, ...argv], { cwd: folder, env: { ...env, ...more }, stdio })
  processes.push(child)
  return child
}

async function textOf(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const line of createInterface({ input: child.stdout! })) text += `${line}\n`
  return text
}

const files = ['data/1.fits', 'data/5.fits', 'data/3.fits']

describe.skipIf(!hasRedis)('datalab worker', { timeout: 60_000 }, () => {
  test('does what datalab run asks for by two variables of the environment, tells how it is, and ends when it is asked to', async () => {
    const worker = start(['worker', '--root', 'data', '--concurrency', '1', '--operations', 'median'])
    const [greeting] = (await once(createInterface({ input: worker.stdout! }), 'line')) as [string]
    expect(greeting).toContain('ready for @datalab/op-median@')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting)?.[0]
    expect(await textOf(start(['run', 'median', ...files, '--out', 'out']))).toContain('Median: completed')
    expect(readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.fits'))).toHaveLength(1)
    expect(readdirSync(join(folder, 'results')).filter((name) => !name.startsWith('.'))).toHaveLength(1)
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok', places: 1 })
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'datalab_runs_total{operation="@datalab/op-median"} 1',
    )
    expect(await textOf(start(['run', 'median', ...files, '--out', 'other']))).toContain(
      'its result was there (cached)',
    )
    const ended = once(worker, 'exit')
    worker.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  test('does what the example of a host submits, by its set-up module', async () => {
    const config = fileURLToPath(new URL('../examples/host/datalab.config.mjs', import.meta.url))
    const { DATALAB_STORAGE: _, ...others } = env
    const hostEnv = { ...others, PORT: '0', DATALAB_DATA: join(folder, 'data'), DATALAB_FOLDER: folder }
    const options = { cwd: folder, env: hostEnv, stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] }
    const script = fileURLToPath(new URL('../examples/host/host.mjs', import.meta.url))
    const host = spawn(process.execPath, ['--no-warnings', script], options)
    const worker = spawn(process.execPath, [datalab, 'worker', '--config', config], options)
    processes.push(host, worker)
    const [url] = (await once(createInterface({ input: host.stdout }), 'line')) as [string]
    const input_files = [1, 5, 3].map((level) => ({ source: 'local', root: 'data', basename: `${level}.fits` }))
    const body = JSON.stringify({ operation: 'Median', inputs: { input_files } })
    const { key } = (await (await fetch(`${url}/jobs`, { method: 'POST', body })).json()) as { key: string }
    const events = await (await fetch(`${url}/jobs/${key}/events`)).text()
    expect(events.trim().split('\n').at(-1)).toContain('"status":"COMPLETED"')
    const ends = [host, worker].map((child) => once(child, 'exit'))
    for (const child of [host, worker]) child.kill('SIGTERM')
    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
    ])
  })

  const endpoint = process.env.DATALAB_TEST_S3_ENDPOINT
  if (endpoint === undefined)
    console.error(
      '\n*** SKIPPED: a fleet on S3. See packages/storage-s3/README.md, "Tests", for how to start a server.\n',
    )
  test.skipIf(endpoint === undefined)('keeps results in a bucket, where whoever submits finds them', async () => {
    const bucket = `fleet-${randomUUID()}`
    const { CreateBucketCommand, ListObjectsV2Command, S3Client } = await import('@aws-sdk/client-s3')
    const client = new S3Client({ endpoint: endpoint as string, region: 'us-east-1', forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    const place = ['--storage', `s3://${bucket}/night1`]
    const s3 = { AWS_ENDPOINT_URL_S3: endpoint as string, AWS_REGION: 'us-east-1' }
    const worker = start(['worker', '--root', 'data', '--operations', 'median', ...place], s3)
    await once(createInterface({ input: worker.stdout! }), 'line')
    const run = (out: string) => textOf(start(['run', 'median', ...files, '--out', out, ...place], s3))
    // The records know of the job from the first test, and its result is in another place.
    expect(await run('of-s3')).toContain('Median: completed')
    const [name = ''] = readdirSync(join(folder, 'of-s3')).filter((one) => one.endsWith('.fits'))
    expect((await readImage(join(folder, 'of-s3', name))).data).toEqual(new Float32Array(6).fill(3))
    expect(await run('of-s3-again')).toContain('its result was there (cached)')
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'night1/' }))
    expect(Contents.filter(({ Key = '' }) => Key.endsWith('.fits'))).toHaveLength(1)
    client.destroy()
    const ended = once(worker, 'exit')
    worker.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
