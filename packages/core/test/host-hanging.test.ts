import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createDataLab,
  InlineExecutor,
  isDataLabError,
  type Job,
  type LostObjects,
  MemoryRecordStore,
  MemoryStorage,
  Outputs,
  provide,
  serviceKey,
} from '../src/index.js'
import { Inputs } from '../src/inputs.js'
import { file, MemorySource, noUnhandledRejections, operation, temporaryFolder } from './lab.js'

// Whatever a host was given may hang for ever, at any call. Whoever asks the host hears of it. The time is the test's.

vi.mock('node:timers/promises', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:timers/promises')>()),
  setTimeout: (ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(value), ms)
      const end = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', end, { once: true })
    }),
}))
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const CONTRACTS = ['storage', 'records', 'source', 'executor', 'authorize', 'service'] as const
type Contract = (typeof CONTRACTS)[number]

/** Which call of a contract hangs, counted from 0 from when this was made; all that follow as well, or none. */
class Hang {
  calls = 0

  constructor(
    readonly contract: Contract,
    readonly at: number,
    readonly isForEver: boolean,
  ) {}

  get isMet(): boolean {
    return this.calls > this.at
  }

  befalls(contract: Contract): boolean {
    if (contract !== this.contract) return false
    const call = this.calls++
    return call === this.at || (this.isForEver && call > this.at)
  }
}

const never = () => new Promise<never>(() => {})

const Small = serviceKey<object>('@test/small/Small@1')

const bytes = (text: string) => new TextEncoder().encode(text)

/** Reads a file, and writes an object and one that can be made again. */
const Op = operation(
  async (run) => {
    const source = await run.use(Inputs).open(file('a'))
    await source.close()
    const outputs = run.use(Outputs)
    const large = await outputs.put('.fits', bytes('large'))
    const small = await outputs.put('-small.jpg', bytes('small'))
    return [outputs.file({ type: 'fits', objects: [large, small], derived: [small] })]
  },
  { requires: [Small] },
)

const inputsOf = (text: string) => ({ text, files: [file('a')] })

const CALLS = new Set([
  ...['put', 'open', 'head', 'delete', 'list', 'url', 'read', 'identify'],
  ...['get', 'submit', 'adopt', 'withdraw', 'submissions', 'claim', 'release', 'renew', 'update', 'forget', 'expire'],
  ...['abort', 'drain', 'close'],
])

type Calls = Record<string | symbol, (...parameters: unknown[]) => unknown>

/** A host all of whose parts can be made to hang, with one result, of which an object is lost that can be made again. */
class Scene {
  hang: Hang | undefined
  readonly storage = new MemoryStorage()
  readonly records = new MemoryRecordStore()
  readonly parts = {
    operations: [Op],
    services: [provide(Small, {}, { restore: (lost) => this.#restore(lost) })],
    sources: [this.#wrapped('source', new MemorySource(['a']))],
  }
  readonly host = createDataLab({
    ...this.parts,
    scratch: temporaryFolder(),
    storage: this.#wrapped('storage', this.storage),
    records: this.#wrapped('records', this.records),
    executor: this.#wrapped('executor', new InlineExecutor()),
    authorize: () => (this.hang?.befalls('authorize') ? never() : true),
    timeLimit: 5,
    retry: { retries: 0 },
  })

  submit(text = 'x', force = false): Promise<Job> {
    return this.host.submit(Op, inputsOf(text), { force })
  }

  async #restore({ roles, put }: LostObjects): Promise<boolean> {
    if (this.hang?.befalls('service')) return never()
    for (const role of roles) await put(role, bytes('small'), 'image/jpeg')
    return true
  }

  #wrapped<Target extends object>(contract: Contract, target: Target): Target {
    return new Proxy(target, {
      get: (_, name) => {
        const member = (target as unknown as Calls)[name]
        if (typeof member !== 'function') return member
        if (!CALLS.has(String(name))) return member.bind(target)
        return async (...parameters: unknown[]) => {
          if (this.hang?.befalls(contract)) return never()
          const answer = await member.apply(target, parameters)
          return name === 'open' && answer !== undefined ? this.#wrapped(contract, answer as object) : answer
        }
      },
    })
  }
}

/** Everything that can be asked of a host, or of a handle of one. */
const ASKED: Record<string, (scene: Scene, job: Job) => Promise<unknown>> = {
  'submit what is new': async (scene) => (await scene.submit('new')).result(),
  'submit what is there': async (scene) => (await scene.submit()).result(),
  'submit by force': async (scene) => (await scene.submit('x', true)).result(),
  plan: ({ host }) => host.plan(Op, inputsOf('x')),
  get: ({ host }, { key }) => host.get(key),
  job: ({ host }, { key }) => host.job(key),
  'record of a handle': (_, job) => job.record(),
  'events of a handle': async (_, job) => {
    for await (const _record of job.events);
  },
  'result of a handle': (_, job) => job.result(),
  'cancel by force': (_, job) => job.cancel({ force: true }),
  'cancel what goes on': async (scene) => (await scene.submit('new')).cancel(),
  open: async ({ host }, { key }) => {
    const source = await host.open(key)
    await source?.read(0, new Uint8Array(1))
    await source?.close()
  },
  resume: ({ host }) => host.resume(),
  collectGarbage: ({ host }) => host.collectGarbage({ resultLife: 0, urlLife: 0 }),
  close: ({ host }) => host.close(),
}

/** Ten minutes; each thing that is waited for has its own limit. */
const LONGEST_MS = 600_000

/** How it ends, while time passes. */
async function ending(work: Promise<unknown>): Promise<unknown> {
  let end: { error?: unknown } | undefined
  work.then(
    () => {
      end = {}
    },
    (error: unknown) => {
      end = { error }
    },
  )
  for (let passed = 0; end === undefined && passed < LONGEST_MS; passed += 250) {
    await vi.advanceTimersByTimeAsync(250)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (end === undefined) throw new Error('it hangs')
  return end.error
}

/** What may come of what hangs. */
const CODES = [
  'STORAGE_UNAVAILABLE',
  'DATALAB_RECORDS_UNAVAILABLE',
  'SOURCE_UNAVAILABLE',
  'DATALAB_EXECUTOR_UNAVAILABLE',
  'DATALAB_ACCESS_UNAVAILABLE',
  // Of a run.
  'DATALAB_TIMEOUT',
  'DATALAB_ABORTED',
]

async function scene(): Promise<{ scene: Scene; job: Job }> {
  const made = new Scene()
  const job = await made.submit()
  await job.result()
  await made.storage.delete(`${job.key}/1/${job.key}-small.jpg`)
  return { scene: made, job }
}

/** Asks one thing while a part hangs; false where that was not called so often. */
async function asked(name: string, hang: Hang): Promise<boolean> {
  const { scene: stage, job } = await scene()
  stage.hang = hang
  const error = await ending((ASKED[name] as (typeof ASKED)[string])(stage, job))
  if (!hang.isMet) return false
  if (error !== undefined) {
    expect(isDataLabError(error, ...CODES), String(error)).toBe(true)
    expect(String(error)).toMatch(/[Tt]ry|Submit it again|nothing more has to be done|cancelled/)
  }
  // What was there is there, or can be made anew; no other host is held.
  const after = createDataLab({
    ...stage.parts,
    scratch: temporaryFolder(),
    storage: stage.storage,
    records: stage.records,
  })
  stage.hang = undefined
  const again = await after.submit(Op, inputsOf('x'))
  expect(await ending(again.result())).toBeUndefined()
  await ending(after.close())
  await ending(stage.host.close())
  return true
}

describe.each(CONTRACTS)('while %s hangs', (contract) => {
  let hung = 0

  test.each(Object.keys(ASKED))('this ends: %s', async (name) => {
    noUnhandledRejections()
    for (const isForEver of [true, false]) {
      for (let at = 0; await asked(name, new Hang(contract, at, isForEver)); at++) hung++
    }
  })

  test('which it did', () => {
    expect(hung).toBeGreaterThan(0)
  })
})
