// Looks at a round from outside while it goes on: every result that can be seen must be whole and right, every file of the cache must be a
// whole file, and all of them together within their bound. Ends on SIGTERM.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FileStorage, readAll } from '@datalab/core'
import { SqliteRecordStore } from '@datalab/local'
import { ResultCheck } from './check-result.mjs'
import { BLOBS, blobBytes, CACHE_BYTES, FRAMES, sha256 } from './files.mjs'
import { note, noteViolation } from './journal.mjs'
import { knownInputs } from './known-inputs.mjs'
import { folder, pathsIn } from './paths.mjs'

const LOOK_MS = 40
const world = process.env.STRESS_WORLD ?? ''
const paths = pathsIn(folder)
const storage = new FileStorage(paths.results)
const check = new ResultCheck(world, knownInputs(paths.journal))
const counts = { looks: 0, manifests: 0, marks: 0, completed: 0, samples: 0, cachedFiles: 0, mostCached: 0, retries: 0 }
/** Of each job: what was seen last in the place of its manifest. */
const seen = new Map()
const told = new Set()
let isEnding = false
process.once('SIGTERM', () => {
  isEnding = true
})

const Database = createRequire(createRequire(import.meta.url).resolve('@datalab/local'))('libsql')
const digests = new Set([
  ...Array.from({ length: BLOBS }, (_, index) => sha256(blobBytes(index))),
  ...Array.from({ length: FRAMES }, (_, index) => sha256(readFileSync(join(world, 'frames', `${index}.fits`)))),
])
const looked = new Set()
let index
let records

const parent = process.ppid
for (; !isEnding && process.ppid === parent; counts.looks++) {
  await lookAtResults()
  await lookAtRecords()
  lookAtCache()
  await sleep(LOOK_MS)
}
note('observed', counts)
process.exit()

function violation(text, facts) {
  // What is wrong stays so for a while.
  if (told.has(text + facts.key)) return
  told.add(text + facts.key)
  noteViolation(text, facts)
}

async function lookAtResults() {
  if (!existsSync(paths.results)) return
  for (const key of readdirSync(paths.results).filter((name) => /^[0-9a-f]{64}$/.test(name))) {
    lookAtFile(key)
    const manifest = await manifestOf(key)
    if (manifest !== undefined) await lookAtManifest(key, manifest)
  }
}

/** Whoever looks at the folder without the library sees no half of a manifest either. */
function lookAtFile(key) {
  try {
    JSON.parse(readFileSync(join(paths.results, key, 'record.json'), 'utf8'))
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(error.code)) violation('a manifest is cut', { key, error: error.message })
  }
}

async function manifestOf(key) {
  const source = await storage.open(`${key}/record.json`)
  if (source === undefined) return undefined
  try {
    const value = JSON.parse(Buffer.from(await readAll(source, { limit: 1e6 })).toString())
    return { etag: source.identity, number: Number(source.identity.split('-')[0]), value }
  } finally {
    await source.close()
  }
}

async function lookAtManifest(key, manifest) {
  const before = seen.get(key)
  const isNew = before?.etag !== manifest.etag
  if (isNew) checkOrder(key, before, manifest)
  seen.set(key, manifest)
  if ('garbage' in manifest.value) {
    if (isNew) counts.marks++
    return
  }
  if (isNew) counts.manifests++
  const fault = await faultOf(manifest.value, isNew)
  if (fault === undefined) return
  counts.retries++
  const now = await manifestOf(key)
  if (now?.etag === manifest.etag)
    violation('a manifest names what is not whole', { key, fault, record: manifest.value })
}

/** Only ever a later attempt takes the place of one. */
function checkOrder(key, before, now) {
  if (before === undefined) return
  if (now.number <= before.number || now.value.attempt < before.value.attempt)
    violation('an earlier manifest is back', { key, before, now })
}

/** All of it where it is new, else whether it is still there. */
function faultOf(record, isNew) {
  return isNew ? check.faultOf(record, bytesOf) : missingOf(record)
}

async function bytesOf(object) {
  const source = await storage.open(object)
  return source && readAll(source, { limit: 1e6 }).finally(() => source.close())
}

/** By the files themselves, since an output is put once. */
function missingOf({ output }) {
  for (const { objects, sizes } of output?.output_files ?? []) {
    for (const [role, object] of Object.entries(objects)) {
      const size = statSync(join(paths.results, object), { throwIfNoEntry: false })?.size
      if (size !== sizes[role]) return `${object} has ${size} bytes, not ${sizes[role]}`
    }
  }
  return undefined
}

async function lookAtRecords() {
  if (records === undefined && !existsSync(paths.records)) return
  records ??= new SqliteRecordStore({ path: paths.records })
  const { records: all } = await records.list({ limit: 1000 })
  for (const record of all.filter(({ status }) => status === 'COMPLETED')) {
    const name = `${record.key} ${record.attempt} ${record.updated}`
    const fault = await faultOf(record, !looked.has(name))
    looked.add(name)
    counts.completed++
    if (fault === undefined) continue
    counts.retries++
    const now = await records.get(record.key)
    if (now?.attempt === record.attempt && now.status === 'COMPLETED')
      violation('a record is COMPLETED without its result', { key: record.key, fault, record })
  }
}

/** In a moment in which nobody may make, name or delete a file; not in this look where somebody is in the midst of that for long. */
function lookAtCache() {
  if (index === undefined && !existsSync(paths.index)) return
  try {
    index ??= new Database(paths.index, { timeout: 50 })
    index.exec('BEGIN IMMEDIATE')
  } catch {
    return
  }
  try {
    sampleCache()
  } finally {
    index.exec('ROLLBACK')
  }
}

function sampleCache() {
  const [cached, loading] = ['cached', 'loading'].map((name) => filesIn(join(paths.cache, name)))
  const bytes = [...cached, ...loading].reduce((sum, { size }) => sum + size, 0)
  counts.samples++
  counts.mostCached = Math.max(counts.mostCached, bytes)
  if (bytes > CACHE_BYTES) violation('the cache is above its bound', { bytes })
  for (const { path, ino } of cached) {
    const name = `${path} ${ino}`
    if (looked.has(name)) continue
    looked.add(name)
    counts.cachedFiles++
    if (!digests.has(sha256(readFileSync(path)))) violation('a file of the cache is not what it should be', { path })
  }
}

function filesIn(path) {
  const names = existsSync(path) ? readdirSync(path) : []
  return names.flatMap((name) => {
    const stats = statSync(join(path, name), { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ path: join(path, name), size: stats.size, ino: stats.ino }]
  })
}
