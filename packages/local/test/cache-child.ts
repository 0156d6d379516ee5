import type { ByteSource, FileReference } from '@datalab/core'
import { cachedSource, FileCache, type FileCacheOptions } from '../src/index.js'
import { randomOf } from './random.js'
import { contentsOf, context, FarSource, reserved } from './sources.js'

/** What a child does, as its argument in JSON. */
export interface ChildTask {
  work: 'random' | 'once' | 'runs' | 'halt' | 'exit'
  cache: FileCacheOptions
  /** Names and sizes of the files that there are. */
  files: Record<string, number>
  seed?: number
  times?: number
  /** At which of its reads from the source the child halts. */
  haltAt?: number
}

const task = JSON.parse(process.argv[2] ?? '') as ChildTask
const { seed = 1, times = 1, haltAt } = task
const random = randomOf(seed)
const far = new FarSource()
const files = Object.entries(task.files).map(([name, size]) => far.add(name, size))
const cache = new FileCache(task.cache)
const source = cachedSource(far, cache)

function say(text: string): void {
  process.send?.(text)
}

function told(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve))
}

function some<Value>(values: readonly Value[]): Value {
  return values[random(values.length)] as Value
}

async function check(file: FileReference, opened: ByteSource): Promise<void> {
  const isSame = Buffer.compare(await contentsOf(opened), far.bytesOf(file)) === 0
  if (!isSame) throw new Error(`${file.basename} is not what it should be`)
}

async function openSome(): Promise<void> {
  const wanted = Array.from({ length: 1 + random(3) }, () => some(files))
  const opened = await Promise.all(wanted.map((file) => source.open(file, context)))
  for (const [i, one] of opened.entries()) await check(wanted[i] as FileReference, one)
  say('opened')
  await Promise.all(opened.map((one) => one.close()))
}

async function run(wanted: readonly FileReference[]): Promise<void> {
  const reservation = await reserved(source, wanted)
  say('reserved')
  for (const file of wanted) {
    const opened = await source.open(file, context)
    if (reservation.isWhole && opened.path === undefined) throw new Error(`${file.basename} was reserved`)
    await check(file, opened)
    await opened.close()
  }
  await reservation.release()
  say('ran')
}

const works = {
  async random() {
    for (let i = 0; i < times; i++) {
      if (random(3) > 0) await openSome()
      else await run(Array.from({ length: 3 }, () => some(files)))
    }
    return 'done'
  },
  async once() {
    const opened = await source.open(files[0] as FileReference, context)
    await check(files[0] as FileReference, opened)
    await opened.close()
    return `read ${far.reads}`
  },
  async runs() {
    for (let i = 0; i < times; i++) await run(files)
    return 'done'
  },
  async halt() {
    await works.once()
    return 'done'
  },
  async exit() {
    const opening = files.map((file) => source.open(file, context).then((opened) => opened.close()))
    await opening[random(files.length)]
    for (let i = 0; i < 300; i++) cache.usage()
    for (let i = random(20); i > 0; i--) await new Promise((resolve) => setImmediate(resolve))
    process.exit(0)
  },
}

far.onRead = async () => {
  say('read')
  if (far.reads !== haltAt) return
  const goOn = told()
  say('halted')
  await goOn
}
if (task.work !== 'random') {
  say('ready')
  await told()
}
try {
  say(await works[task.work]())
  await cache.close()
} catch (error) {
  say(`failed: ${(error as Error).stack}`)
}
process.disconnect()
