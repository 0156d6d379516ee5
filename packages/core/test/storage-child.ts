import { createHash } from 'node:crypto'
import fsp from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { FileStorage } from '../src/file-storage.js'

/** What a child does, as its argument in JSON. */
export interface ChildTask {
  folder: string
  work: 'count' | 'once' | 'flood' | 'put' | 'report'
  key?: string
  times?: number
  text?: string
  condition?: { ifMatch?: string; ifNoneMatch?: '*' }
  /** A call that the child halts at, says `halted`, and goes on with when it is told to. */
  halt?: { call: 'link' | 'rename'; when: 'before' | 'after' }
}

const task = JSON.parse(process.argv[2] ?? '') as ChildTask
const { key = 'key', times = 1 } = task
const storage = new FileStorage(task.folder)

async function count(): Promise<string> {
  for (let done = 0; done < times; ) {
    const source = await storage.open(key)
    if (source === undefined) throw new Error('the counter is away')
    const all = new Uint8Array(source.size)
    await source.read(0, all)
    await source.close()
    const next = new TextEncoder().encode(`${Number(new TextDecoder().decode(all)) + 1}`)
    if (await put(next, { ifMatch: source.identity })) done++
  }
  return 'counted'
}

async function put(body: Uint8Array, condition: { ifMatch?: string; ifNoneMatch?: '*' }): Promise<boolean> {
  try {
    await storage.put(key, body, condition)
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 'STORAGE_PRECONDITION_FAILED') return false
    throw error
  }
}

/** Puts, replaces and deletes without end: each object begins with the digest of the rest. */
async function flood(): Promise<never> {
  for (let i = 0; ; i++) {
    const name = `flood/${i % 3}/object`
    const rest = new Uint8Array(1 + ((i * 7919) % 50_000)).fill(i)
    async function* body() {
      yield createHash('sha256').update(rest).digest()
      say('piece')
      yield rest.subarray(0, rest.length >> 1)
      say('piece')
      yield rest.subarray(rest.length >> 1)
    }
    await storage.put(name, body())
    say('put')
    if (i % 4 === 3) await storage.delete(name)
  }
}

/** What the storage answers to everything, by the errors' codes. */
async function report(): Promise<string> {
  const codes = await Promise.all(
    [
      storage.put(key, new Uint8Array(1)),
      storage.open(key),
      storage.head(key),
      storage.list(''),
      storage.delete(key),
    ].map((answer) =>
      answer.then(
        () => 'fine',
        (error: unknown) => `${(error as { code?: string }).code}: ${(error as Error).message}`,
      ),
    ),
  )
  return codes.join('\n')
}

function say(text: string): void {
  process.send?.(text)
}

function told(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve))
}

function haltAt(name: 'link' | 'rename', when: 'before' | 'after'): void {
  const call = fsp[name]
  let isFirst = true
  fsp[name] = async (from, to) => {
    const isHalted = isFirst && when === 'before'
    if (isHalted) await halted()
    isFirst = false
    await call(from, to)
    if (when === 'after' && !isHalted) await halted()
  }
  syncBuiltinESMExports()
}

async function halted(): Promise<void> {
  const goOn = told()
  say('halted')
  await goOn
}

const works = {
  count,
  flood,
  report,
  once: async () =>
    (await put(new TextEncoder().encode(task.text ?? `${process.pid}`), { ifNoneMatch: '*' })) ? 'won' : 'lost',
  put: async () => ((await put(new TextEncoder().encode(task.text ?? ''), task.condition ?? {})) ? 'won' : 'lost'),
}

if (task.halt !== undefined) haltAt(task.halt.call, task.halt.when)
say('ready')
await told()
say(await works[task.work]().catch((error: unknown) => `failed: ${(error as Error).stack}`))
process.disconnect()
