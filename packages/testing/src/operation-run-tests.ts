import assert from 'node:assert/strict'
import { type FileSource, MemoryStorage, type OperationResult, readAll } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import type { OperationUnderTest } from './test-operation.js'

/** How soon a run has to end that is aborted. */
const ABORT_MS = 1000

/** What a run does, and how it ends. */
export const runTests: readonly ContractTest<OperationUnderTest>[] = [
  {
    name: 'completes with each of the valid inputs',
    async run({ valid, run }) {
      for (const inputs of valid) assert.equal((await run(inputs)).record.status, 'COMPLETED')
    },
  },
  {
    name: 'gives the same result twice, bit for bit',
    async run({ valid, run }) {
      for (const inputs of valid) {
        const results = [new MemoryStorage(), new MemoryStorage()].map(async (storage) => {
          const { output, warnings } = await run(inputs, { storage })
          return { output, warnings, objects: await objectsIn(storage) }
        })
        const [first, second] = await Promise.all(results)
        assert.deepEqual(second, first)
      }
    },
  },
  {
    name: 'reports its progress, which rises to 1',
    async run({ valid, run }) {
      for (const inputs of valid) {
        const reported: number[] = []
        await run(inputs, { onProgress: (fraction) => reported.push(fraction) })
        reported.forEach((fraction, index) => {
          assert.ok(fraction > (reported[index - 1] ?? 0), `it goes from ${reported[index - 1]} to ${fraction}`)
        })
        assert.equal(reported.at(-1), 1, `the last that it reports is ${reported.at(-1)}`)
      }
    },
  },
  {
    name: 'what it returns is JSON as it is',
    async run({ valid, run }) {
      for (const inputs of valid) {
        let returned: OperationResult
        const { output } = await run(inputs, undefined, {
          returned(result) {
            returned = result
          },
        })
        const data = returned !== undefined && 'output_data' in returned ? returned.output_data : []
        assertJson(data, 'output_data')
        assert.deepEqual(JSON.parse(JSON.stringify(output)), output)
      }
    },
  },
  {
    name: 'a run that is aborted ends within a second, and leaves nothing',
    async run({ valid, run }) {
      for (const inputs of valid) {
        const abort = new AbortController()
        const storage = new MemoryStorage()
        const running = run(inputs, { signal: abort.signal, storage, onProgress: () => abort.abort() })
        await assert.rejects(Promise.race([running, lateAfter(abort.signal)]), isAborted)
        assert.deepEqual([...(await objectsIn(storage)).keys()], [])
      }
    },
  },
  {
    name: 'a result that cannot be written fails the run, with the cause kept',
    async run({ valid, run }) {
      for (const inputs of valid) {
        const failure = new Error('An injected failure of the storage.')
        const storage = new UnwritableStorage(failure)
        const error = await failureOf(run(inputs, { storage }))
        assert.equal(hasCause(error, failure), storage.isAsked, `it ended with: ${error}`)
      }
    },
  },
  {
    name: 'an input that cannot be read fails the run, with the cause kept, or is told of in a warning',
    async run({ valid, sources, run }) {
      for (const inputs of valid) {
        const failure = new Error('An injected failure of the source.')
        const unreadable = sources.map((source) => new UnreadableSource(source, failure))
        let warnings: readonly string[] = []
        const running = run(inputs, { sources: unreadable }).then((finished) => {
          warnings = finished.warnings
        })
        const error = await failureOf(running)
        const isAsked = unreadable.some((source) => source.isAsked)
        const isTold = error === undefined ? warnings.length > 0 : hasCause(error, failure)
        assert.equal(isTold || !isAsked, true, `it ended with: ${error ?? 'a result, and no warning'}`)
      }
    },
  },
]

/** Takes reservations and manifests, and no results. */
class UnwritableStorage extends MemoryStorage {
  isAsked = false

  constructor(private readonly failure: Error) {
    super()
  }

  override put(...parameters: Parameters<MemoryStorage['put']>): ReturnType<MemoryStorage['put']> {
    if (/\/(reserved|record\.json)$/.test(parameters[0])) return super.put(...parameters)
    this.isAsked = true
    return Promise.reject(this.failure)
  }
}

/** Knows its files, and opens none. */
class UnreadableSource implements FileSource {
  readonly name: string
  readonly reach: FileSource['reach']
  isAsked = false

  constructor(
    private readonly source: FileSource,
    private readonly failure: Error,
  ) {
    this.name = source.name
    this.reach = source.reach
  }

  identify(...parameters: Parameters<FileSource['identify']>): Promise<string> {
    return this.source.identify(...parameters)
  }

  open(): Promise<never> {
    this.isAsked = true
    return Promise.reject(this.failure)
  }
}

function isAborted(error: unknown): true {
  if (error instanceof assert.AssertionError) throw error
  assert.equal((error as { code?: unknown }).code, 'DATALAB_ABORTED', String(error))
  return true
}

/** What a run failed with; undefined when it did not. */
function failureOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function hasCause(error: unknown, cause: Error): boolean {
  if (error === cause) return true
  if (!(error instanceof Error)) return false
  const several = error instanceof AggregateError ? error.errors : []
  return [error.cause, ...several].some((one) => hasCause(one, cause))
}

/** Rejects when a second has passed after the abortion. */
function lateAfter(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = new assert.AssertionError({ message: `it went on for ${ABORT_MS} ms after it was aborted` })
    signal.addEventListener('abort', () => setTimeout(reject, ABORT_MS, late).unref(), { once: true })
  })
}

/** All objects but the manifest, which tells the time. */
async function objectsIn(storage: MemoryStorage): Promise<Map<string, Uint8Array>> {
  const { objects } = await storage.list('')
  const entries = objects
    .filter(({ key }) => !key.endsWith('/record.json'))
    .map(async ({ key }) => {
      const source = await storage.open(key)
      return [key, source && (await readAll(source, { limit: 2 ** 31 }))] as const
    })
  return new Map((await Promise.all(entries)).flatMap(([key, bytes]) => (bytes ? [[key, bytes]] : [])))
}

/** That JSON gives back exactly this value; members that are undefined may be lost. */
function assertJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    assert.ok(Number.isFinite(value), `${path} is ${value}, which JSON has no word for; return null`)
    return
  }
  assert.ok(typeof value === 'object', `${path} is a ${typeof value}`)
  const prototype = Object.getPrototypeOf(value)
  assert.ok(Array.isArray(value) || prototype === Object.prototype || prototype === null, `${path} is no plain object`)
  for (const [name, member] of Object.entries(value)) if (member !== undefined) assertJson(member, `${path}.${name}`)
}
