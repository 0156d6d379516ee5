// A fleet on one machine: node distributed.mjs [--folder] [--stay]
// Starts a Redis, an S3 server, a host and three workers, all on loopback; submits a mixed load; kills a worker that works. Ends with 0 only if
// every job has its result, right to the pixel. --folder keeps results in a folder instead of S3; --stay goes on until Ctrl-C, with the board.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Children } from './children.mjs'
import { mixedLoad, writeFrames } from './load.mjs'
import { losses } from './losses.mjs'
import { hasRedis, startRedis, startStorage } from './servers.mjs'

/** For all but the start of the servers, which have two minutes. It takes half a minute, and longer where the machine does other work besides. */
const LIMIT_MS = 240_000
const WORKERS = 3
const DUPLICATES = 12

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const datalab = fileURLToPath(new URL('bin/datalab.js', import.meta.resolve('@datalab/cli/package.json')))

if (!hasRedis()) {
  console.error('There is no redis-server here. On Debian: apt-get install redis-server')
  process.exit(2)
}
const flags = process.argv.slice(2)
const start = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'datalab-distributed-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
const children = new Children()
const { env, frames } = await prepare()
const limit = setTimeout(() => {
  console.error(`It has not ended after ${LIMIT_MS / 1000} s: whether something was lost is not known.`)
  process.exit(1)
}, LIMIT_MS)
const host = await children.startNode(path('host.mjs'), [], env)
const url = host.line
const workers = await Promise.all(Array.from({ length: WORKERS }, startWorker))
tell(`a host is at ${url}, its board at ${url}/board, and ${WORKERS} workers are ready`)

const load = mixedLoad()
// Others want some of it, too, and at the same time.
const records = await Promise.all([...load, ...load.slice(0, DUPLICATES)].map(submit))
const keys = [...new Set(records.map(({ key }) => key))]
tell(`submitted ${records.length} jobs of 4 operations, ${keys.length} of them different`)

const ends = Promise.all(keys.map((key) => get(`/jobs/${key}/end`)))
await allWork()
const [victim, ...others] = workers
victim.child.kill('SIGKILL')
tell(`killed worker ${victim.child.pid} (kill -9) while it worked`)
const ended = await ends
const again = ended.filter(({ attempt }) => attempt > 1)
tell(`all jobs have ended; ${again.length} that the killed worker had begun were done again by others`)

const lost = await losses({ load, records, ended, frames, open })
await tellWhoDidWhat()
await tellBoard()
clearTimeout(limit)
if (flags.includes('--stay')) {
  tell(`look at ${url}/board; Ctrl-C ends it`)
  await new Promise(() => {})
}
const codes = []
for (const { child } of [...others, host]) codes.push(await children.end(child))
if (codes.some((code) => code !== 0)) lost.push(`a process ended with ${codes}`)
console.log(lost.length === 0 ? 'Nothing was lost.' : `LOST:\n${lost.join('\n')}`)
process.exit(lost.length === 0 ? 0 : 1)

/** Starts the servers, and writes the frames; resolves with the environment that the fleet shares, and the pixels. */
async function prepare() {
  const data = join(folder, 'data')
  mkdirSync(data)
  const [redis, storage, frames] = await Promise.all([
    startRedis(children, folder),
    startStorage(children, folder, flags.includes('--folder')),
    writeFrames(data),
  ])
  tell(`Redis is at ${redis.DATALAB_REDIS}, results go to ${storage.DATALAB_STORAGE}`)
  return { env: { ...process.env, ...redis, ...storage, DATALAB_DATA: data }, frames }
}

async function startWorker() {
  const parameters = ['worker', '--config', path('datalab.config.mjs'), '--concurrency', '1']
  const { child, line } = await children.startNode(datalab, parameters, env)
  return { child, monitor: /http:\/\/[\d.:]+/.exec(line)[0] }
}

async function submit({ operation, inputs }) {
  return get('/jobs', { method: 'POST', body: JSON.stringify({ operation, inputs }) })
}

async function get(route, options) {
  const response = await fetch(url + route, options)
  if (!response.ok) throw new Error(`${route}: ${response.status}, ${await response.text()}`)
  return response.json()
}

/** The bytes of a result, by its name and role. */
async function open(basename, role) {
  const response = await fetch(`${url}/files/${basename}/${role}`)
  if (!response.ok) throw new Error(`${basename} (${role}): ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Resolves when as many jobs are being run as there are workers, each of which runs one at a time. */
async function allWork() {
  for (;;) {
    const now = await Promise.all(keys.map((key) => get(`/jobs/${key}`)))
    if (now.filter(({ status }) => status === 'IN_PROGRESS').length >= WORKERS) return
    if (now.every(({ status }) => status === 'COMPLETED')) throw new Error('all was done before a worker was killed')
    await sleep(5)
  }
}

async function tellWhoDidWhat() {
  for (const { child, monitor } of others) {
    const metrics = await (await fetch(`${monitor}/metrics`)).text()
    const counts = [...metrics.matchAll(/^datalab_runs_total\{operation="([^"]+)"\} (\d+)/gm)]
    tell(`worker ${child.pid} did ${counts.map(([, name, count]) => `${count} of ${name}`).join(', ') || 'nothing'}`)
  }
}

async function tellBoard() {
  const { queues } = await get('/board/api/queues')
  tell(`the board shows ${queues.length} queues`)
}

function tell(text) {
  console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${text}`)
}
