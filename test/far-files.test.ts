import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { JobRecord } from '@datalab/core'
import { expect, onTestFinished, test } from 'vitest'
import { pattern, World } from '../packages/source-archive/test/world.js'

const host = fileURLToPath(new URL('fixtures/far-host.mjs', import.meta.url))

interface Task {
  principal: string
  way: 'read' | 'meet' | 'die'
  files: readonly { source: string; basename: string }[]
}

interface Outcome {
  records: JobRecord[]
  printed: string
  folder: string
}

/** Has lists of jobs done in child processes, one list after the other. */
async function doneIn(world: World, ...tasks: Task[][]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-far-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const facts = { FAR_FOLDER: folder, FAR_ARCHIVE: world.archive.url('/api'), FAR_STORE: world.store.host }
  const env = { ...process.env, ...facts }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [host, JSON.stringify(tasks)], { env })
  return { records: JSON.parse(stdout), printed: stdout + stderr, folder }
}

async function worldWith(...names: string[]): Promise<World> {
  const world = await World.create()
  for (const name of names) world.add(name, pattern(400))
  return world
}

const file = (source: string, basename: string) => ({ source, basename })

test('child processes fetch files with the credentials that the set-up module has, which nobody else sees', async () => {
  const world = await worldWith('a', 'b')
  const { records, printed, folder } = await doneIn(world, [
    { principal: 'ada', way: 'read', files: [file('north', 'a')] },
    { principal: 'bob', way: 'read', files: [file('north', 'b')] },
  ])
  expect(records.map(({ status, error }) => [status, error])).toEqual(Array(2).fill(['COMPLETED', null]))
  const asked = world.archive.requests.map(({ url, headers }) => `${url?.split('=')[1]} ${headers.authorization}`)
  expect([...new Set(asked)].sort()).toEqual(['a Token token-of-ada', 'b Token token-of-bob'])
  for (const { headers } of world.store.requests) expect(headers.authorization).toBeUndefined()
  const kept = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  expect(kept.length).toBeGreaterThan(2)
  for (const text of [printed, ...kept]) expect(text).not.toContain('token-of-')
}, 60_000)

test('runs in child processes whose files together have no room end one after the other', async () => {
  const world = await worldWith('a', 'b', 'c', 'd')
  const { records } = await doneIn(world, [
    { principal: 'ada', way: 'meet', files: [file('north', 'a'), file('south', 'b')] },
    { principal: 'bob', way: 'meet', files: [file('south', 'c'), file('north', 'd')] },
  ])
  expect(records.map(({ status, error }) => [status, error])).toEqual(Array(2).fill(['COMPLETED', null]))
  const [first, second] = records.map(({ output }) => output?.output_data?.[0])
  expect([first?.bytes, second?.bytes]).toEqual([800, 800])
  expect(first?.pid).not.toBe(second?.pid)
}, 60_000)

test('the room of a child process that was killed is had by the next', async () => {
  const world = await worldWith('a', 'b', 'c')
  const { records } = await doneIn(
    world,
    [{ principal: 'ada', way: 'die', files: [file('north', 'a'), file('south', 'b')] }],
    [{ principal: 'ada', way: 'read', files: [file('south', 'c'), file('north', 'a')] }],
  )
  expect(records.map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED'])
  expect(records[0]?.error?.code).toBe('DATALAB_WORKER_STOPPED')
}, 60_000)
