import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { readImage, writeImage } from '@datalab/fits'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasBuckets, newBucket } from './fixtures/bucket.js'

const script = fileURLToPath(new URL('../examples/host/host.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'datalab-host-'))
const data = join(folder, 'data')

beforeAll(async () => {
  mkdirSync(data)
  for (const level of [1, 5, 3])
    await writeImage(join(data, `${level}.fits`), { data: new Float32Array(6).fill(level), width: 3, height: 2 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hosts: ChildProcess[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await ended(host)
})

function ended(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    host.once('exit', () => resolve())
    host.kill('SIGTERM')
  })
}

/** Starts the host; resolves to its address. */
async function start(environment: Record<string, string>): Promise<{ url: string; host: ChildProcess }> {
  const env = { ...process.env, PORT: '0', DATALAB_DATA: data, ...environment }
  const host = spawn(process.execPath, ['--no-warnings', script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  hosts.push(host)
  for await (const line of createInterface({ input: host.stdout })) return { url: line, host }
  throw new Error('the host did not start')
}

const inputs = { input_files: [1, 5, 3].map((level) => ({ source: 'local', root: 'data', basename: `${level}.fits` })) }

async function post(url: string, body: unknown): Promise<{ status: number; json: Record<string, string> }> {
  const response = await fetch(`${url}/jobs`, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, json: (await response.json()) as never }
}

async function eventsOf(url: string, key: string): Promise<{ status: string; progress: number }[]> {
  const response = await fetch(`${url}/jobs/${key}/events`)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const text = await response.text()
  return text.split('\n\n').flatMap((event) => (event === '' ? [] : [JSON.parse(event.slice('data: '.length))]))
}

/** One job, from the form to its pixels. */
async function useService(url: string): Promise<string> {
  const wizard = (await (await fetch(`${url}/operations`)).json()) as object
  expect(Object.keys(wizard)).toEqual(expect.arrayContaining(['Median', 'Increase Brightness', 'Color Image']))
  const { status, json } = await post(url, { operation: 'Median', inputs })
  expect(status).toBe(200)
  const { key = '' } = json
  const events = await eventsOf(url, key)
  expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', progress: 1 })
  const file = await fetch(`${url}/files/${key}/fits`)
  const { data: pixels } = await readImage(new Uint8Array(await file.arrayBuffer()))
  expect(pixels).toEqual(new Float32Array(6).fill(3))
  return key
}

describe('the example of a host', { timeout: 60_000 }, () => {
  test('runs a job, tells of its progress, gives its result, and remembers it after a restart', async () => {
    const environment = { DATALAB_FOLDER: join(folder, 'files') }
    const first = await start(environment)
    const key = await useService(first.url)
    await ended(first.host)
    expect(first.host.exitCode).toBe(0)
    const second = await start(environment)
    expect(await (await fetch(`${second.url}/jobs/${key}`)).json()).toMatchObject({ status: 'COMPLETED', cached: true })
  })

  test('answers what is wrong with a sentence', async () => {
    const { url } = await start({ DATALAB_FOLDER: join(folder, 'wrong') })
    const missing = { input_files: [...inputs.input_files, { source: 'local', root: 'data', basename: 'none.fits' }] }
    const wrong = await post(url, { operation: 'Median', inputs: missing })
    expect([wrong.status, wrong.json.error]).toEqual([400, expect.stringContaining('none.fits')])
    expect((await post(url, { operation: 'Nothing', inputs })).status).toBe(400)
    for (const body of ['{', 'null', '{}', '[]', '"Median"'])
      expect((await fetch(`${url}/jobs`, { method: 'POST', body })).status, body).toBe(400)
    for (const path of ['/', '/jobs/abc', '/jobs/abc/events', '/files/abc/fits', '/files/..%2f..%2fetc/passwd'])
      expect((await fetch(url + path)).status, path).toBe(404)
  })

  test('says why it cannot be started, and not how to get into a Redis', { timeout: 60_000 }, async () => {
    const { url } = await start({ DATALAB_FOLDER: join(folder, 'first') })
    const { port } = new URL(url)
    const cases: [Record<string, string>, RegExp][] = [
      [{ PORT: port, DATALAB_FOLDER: join(folder, 'second') }, new RegExp(`address already in use 127.0.0.1:${port}`)],
      [{ DATALAB_REDIS: 'redis://user:secret@127.0.0.1:1' }, /The Redis at 127\.0\.0\.1:1 does not answer now/],
      [{ DATALAB_REDIS: 'http://user:secret@127.0.0.1:1' }, /A Redis is named by a URL such as redis:/],
      [{ DATALAB_STORAGE: 'http://user:secret@127.0.0.1:1' }, /This is no address of a bucket; give one such as/],
    ]
    for (const [environment, message] of cases) {
      const env = { ...process.env, PORT: '0', DATALAB_DATA: data, ...environment }
      const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' })
      expect([status, stderr]).toEqual([1, expect.stringMatching(message)])
      expect(stderr).not.toMatch(/secret|\n {4}at /)
    }
  })

  test.skipIf(!hasBuckets('the example host on S3'))('keeps results in a bucket', async () => {
    const { storage, environment } = await newBucket('host')
    const { url } = await start({ ...environment, DATALAB_FOLDER: join(folder, 's3'), DATALAB_STORAGE: storage })
    const key = await useService(url)
    const record = (await (await fetch(`${url}/jobs/${key}`)).json()) as {
      output: { output_files: { fits_url: string }[] }
    }
    const presigned = await fetch(record.output.output_files[0]?.fits_url ?? '')
    const { data: pixels } = await readImage(new Uint8Array(await presigned.arrayBuffer()))
    expect(pixels).toEqual(new Float32Array(6).fill(3))
  })
})
