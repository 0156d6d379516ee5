// The last host of a round: resumes what is left, waits until all of it has ended, collects the garbage once, and looks whether anything is
// left that should not be. What it finds is in the journal.
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FileStorage, isEnded, openDataLab, readAll } from '@datalab/core'
import { SqliteRecordStore } from '@datalab/local'
import { ResultCheck } from './check-result.mjs'
import { CACHE_BYTES } from './files.mjs'
import { JOBS } from './jobs.mjs'
import { note, noteViolation, readJournal } from './journal.mjs'
import { knownInputs } from './known-inputs.mjs'
import { folder, pathsIn } from './paths.mjs'
import { cache, openCache } from './setup.config.mjs'

const WAIT_MS = 45_000
const paths = pathsIn(folder)
const lab = await openDataLab(import.meta.resolve('./setup.config.mjs'))
const records = new SqliteRecordStore({ path: paths.records })
const storage = new FileStorage(paths.results)
const resumed = await lab.resume()
await drain()
await runOnce()
await lab.collectGarbage({ urlLife: 0 })
const all = await listed()
await checkPromises()
await checkResults()
await checkStorage()
await lab.close()
await cache.close()
await records.close()
await checkCache()
checkFolders()
checkDatabase(paths.records, 'SELECT key FROM records WHERE owner IS NOT NULL')
checkDatabase(paths.index, `SELECT id FROM pins UNION ALL SELECT id FROM waiting UNION ALL SELECT id FROM owners`)
const deaths = all.reduce((sum, record) => sum + record.deaths, 0)
note('finished', { resumed, deaths, statuses: countsOf(all.map(({ status }) => status)) })
process.exit()

async function listed() {
  return (await records.list({ limit: 1000 })).records
}

/** Waits until every job has ended. */
async function drain() {
  const start = performance.now()
  for (;;) {
    const open = (await listed()).filter(({ status }) => !isEnded(status))
    if (open.length === 0) return
    if (performance.now() - start > WAIT_MS) {
      noteViolation('a job does not end', { records: open })
      return
    }
    await sleep(20)
  }
}

/** A host that was put in order gets a job done, whatever was before. */
async function runOnce() {
  const [{ operation, inputs }] = JOBS
  const { key } = await lab.plan(operation, inputs)
  note('asked', { key, operation, inputs })
  await (await lab.submit(operation, inputs, { force: true })).result()
}

/** Every job that was submitted has ended; only results that were collected as garbage are not known any more. */
async function checkPromises() {
  const submitted = new Set(readJournal(paths.journal).flatMap(({ kind, key }) => (kind === 'submitted' ? [key] : [])))
  for (const key of submitted) {
    const record = await lab.get(key)
    if (record !== undefined && isEnded(record.status)) continue
    const manifest = await jsonOf(`${key}/record.json`)
    if (record !== undefined || manifest?.garbage === undefined)
      noteViolation('a submission was lost', { key, record, manifest })
  }
}

async function checkResults() {
  const check = new ResultCheck(process.env.STRESS_WORLD ?? '', knownInputs(paths.journal))
  for (const record of all.filter(({ status }) => status === 'COMPLETED')) {
    const fault = await check.faultOf(record, bytesOf)
    if (fault !== undefined) noteViolation('a result is not whole', { key: record.key, fault, record })
    const manifest = await jsonOf(`${record.key}/record.json`)
    if (JSON.stringify(manifest?.output) !== JSON.stringify(record.output))
      noteViolation('a result has no manifest', { key: record.key, manifest, record })
  }
}

/** There is nothing in the storage but what manifests name. */
async function checkStorage() {
  const objects = []
  for (let cursor; ; ) {
    const page = await storage.list('', cursor === undefined ? {} : { cursor })
    objects.push(...page.objects.map(({ key }) => key))
    cursor = page.cursor
    if (cursor === undefined) break
  }
  const named = new Set()
  for (const object of objects.filter((key) => key.endsWith('/record.json'))) {
    named.add(object)
    const manifest = await jsonOf(object)
    for (const file of manifest.output?.output_files ?? [])
      for (const key of Object.values(file.objects)) named.add(key)
  }
  const left = objects.filter((key) => !named.has(key))
  if (left.length > 0) noteViolation('garbage was left', { left })
}

/** A cache that is opened puts in order what others left. */
async function checkCache() {
  const opened = openCache()
  const usage = await opened.usage()
  await opened.close()
  if (usage.pinned > 0 || usage.waiting > 0 || usage.bytes > CACHE_BYTES)
    noteViolation('the cache is in use though nobody uses it', { usage })
}

function checkFolders() {
  const temporary = namesIn(join(paths.results, '.tmp'))
  const scratch = namesIn(paths.scratch)
  const loading = namesIn(join(paths.cache, 'loading'))
  if (temporary.length + scratch.length + loading.length > 0)
    noteViolation('files were left', { temporary, scratch, loading })
}

function namesIn(path) {
  return existsSync(path) ? readdirSync(path) : []
}

/** Whether a database is whole, and holds nothing for anybody. */
function checkDatabase(path, query) {
  const Database = createRequire(createRequire(import.meta.url).resolve('@datalab/local'))('libsql')
  const database = new Database(path)
  const integrity = database.prepare('PRAGMA integrity_check').all()
  if (integrity.length !== 1 || integrity[0].integrity_check !== 'ok')
    noteViolation('a database is damaged', { path, integrity })
  const strays = database.prepare('PRAGMA foreign_key_check').all()
  const held = database.prepare(query).all()
  if (strays.length + held.length > 0) noteViolation('a database holds what nobody has', { path, strays, held })
  database.close()
}

async function bytesOf(object) {
  const source = await storage.open(object)
  return source && readAll(source, { limit: 1e6 }).finally(() => source.close())
}

async function jsonOf(object) {
  const bytes = await bytesOf(object)
  return bytes && JSON.parse(Buffer.from(bytes).toString())
}

function countsOf(names) {
  const counts = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
