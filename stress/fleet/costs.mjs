// What a job costs a fleet: node stress/stress.mjs fleet costs [--jobs N] [--save]
// Counts, on servers that do nothing else, what one host and one worker ask of Redis and S3 for N jobs of Increase Brightness on a frame of
// 64 x 64 pixels, for as many duplicates, and for nothing at all. Needs redis-server, and an S3 server at DATALAB_TEST_S3_ENDPOINT
// (packages/storage-s3/README.md, "Tests"). --save writes costs-result.json beside this file.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { openDataLab } from '@datalab/core'
import { startWorker } from '@datalab/executor-bullmq'
import { writeImage } from '@datalab/fits'
import { CountingProxy } from './counting-proxy.mjs'
import { CountedRedis } from './redis.mjs'

const IDLE_S = 15
const AT_ONCE = 8

/** Measures, prints, and saves with `--save`. */
export async function main(words, surroundings) {
  const jobs = Number(words[words.indexOf('--jobs') + 1] || 100)
  const endpoint = process.env.DATALAB_TEST_S3_ENDPOINT
  if (endpoint === undefined) throw new Error('Set DATALAB_TEST_S3_ENDPOINT (packages/storage-s3/README.md, "Tests").')
  const folder = mkdtempSync(join(tmpdir(), 'datalab-costs-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const result = { ...(await measured(folder, endpoint, jobs)), ...surroundings() }
  console.log(JSON.stringify(result, null, 2))
  const file = join(import.meta.dirname, 'costs-result.json')
  if (words.includes('--save')) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
}

async function measured(folder, endpoint, jobs) {
  const redis = await CountedRedis.start(folder)
  const proxy = new CountingProxy(endpoint)
  await prepare(folder, redis, await proxy.start())
  const setup = new URL('./setup.config.mjs', import.meta.url).href
  const host = await openDataLab(setup)
  const worker = await startWorker({ setup, concurrency: 2 })
  const run = (values) => inTurns(values, (increase_by) => ended(host, increase_by))
  const values = Array.from({ length: jobs }, (_, index) => index + 1)
  try {
    await run([-1, -2, -3, -4]) // processes have started, and connections are open
    const job = await costs(redis, proxy, jobs, () => run(values))
    const duplicate = await costs(redis, proxy, jobs, () => run(values))
    const idleSecond = await costs(redis, proxy, IDLE_S, () => sleep(IDLE_S * 1000))
    return { jobs, job, duplicate, idleSecond }
  } finally {
    await worker.close()
    await host.close()
    proxy.close()
  }
}

async function prepare(folder, redis, endpoint) {
  const bucket = `costs-${randomUUID()}`
  await writeImage(join(folder, 'a.fits'), { data: new Float32Array(64 * 64).fill(7), width: 64, height: 64 })
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'us-east-1', COSTS_DATA: folder })
  Object.assign(process.env, { COSTS_REDIS: redis.url, COSTS_STORAGE: `s3://${bucket}/jobs` })
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const client = new S3Client({ forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
}

async function ended(host, increase_by) {
  const input_files = [{ source: 'local', root: 'data', basename: 'a.fits' }]
  const job = await host.submit('Increase Brightness', { input_files, increase_by })
  await job.result()
}

async function inTurns(values, work) {
  const rest = values.values()
  const turn = async () => {
    for (const value of rest) await work(value)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, turn))
}

/** What one of `count` costs. */
async function costs(redis, proxy, count, work) {
  proxy.take()
  const before = redis.counts()
  redis.reset()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const after = redis.counts()
  const { requests, sent, received } = proxy.take()
  const each = (value) => Math.round((100 * value) / count) / 100
  const eachOf = (counts) => Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, each(value)]))
  const calls = Object.values(after.commands).reduce((sum, value) => sum + value, 0)
  return {
    seconds: each(seconds),
    redis: {
      calls: each(calls),
      received: each(after.received),
      sent: each(after.sent),
      cpuMs: each(after.cpuMs - before.cpuMs),
      memory: each(after.memory - before.memory),
      written: each(after.written - before.written),
      commands: eachOf(after.commands),
    },
    s3: { requests: eachOf(requests), sent: each(sent), received: each(received) },
  }
}
