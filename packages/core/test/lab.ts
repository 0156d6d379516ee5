import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import {
  BaseDataOperation,
  type ByteSource,
  bytesSource,
  createDataLab,
  type DataLab,
  DataLabError,
  type DataLabOptions,
  type FileReference,
  type FileSource,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  type Logger,
  MemoryStorage,
  type ObjectStorage,
  type OperationClass,
  type OperationInfo,
  type OperationResult,
  type OutputFile,
  Outputs,
} from '../src/index.js'

/** Inputs of the operations these tests run. */
export interface TestInputs {
  text?: string
  files?: FitsFile[]
}

export const testSchema: InputSchema<TestInputs> = {
  type: 'object',
  properties: {
    text: { type: 'string', maxLength: 1000 },
    files: { type: 'array', unordered: true, items: formatSchemas.FitsFile },
  },
  additionalProperties: false,
}

export type TestRun = BaseDataOperation<TestInputs>

/** An operation whose `operate()` is this function. */
export function operation(
  operate: (run: TestRun) => Promise<OperationResult> | OperationResult,
  extra: Partial<OperationInfo<TestInputs>> = {},
): OperationClass<TestInputs> {
  return class extends BaseDataOperation<TestInputs> {
    static readonly info: OperationInfo<TestInputs> = {
      id: '@test/op',
      name: 'Test',
      description: 'A test.',
      category: 'image',
      revision: 1,
      inputs: testSchema,
      ...extra,
    }

    override operate() {
      return operate(this)
    }
  }
}

/** Writes the text of the inputs as one output. */
export const writesText = (run: TestRun) => writeText(run, run.inputData.text ?? '')

export async function writeText(run: TestRun, text: string, index?: number) {
  const outputs = run.use(Outputs)
  const place = index === undefined ? {} : { index }
  const object = await outputs.put('.txt', new TextEncoder().encode(text), place)
  return [outputs.file({ type: 'image', objects: [object], ...place })]
}

/** Files in memory, whose versions a test can change. */
export class MemorySource implements FileSource {
  readonly name = 'memory'
  readonly reach = 'process'
  readonly files = new Map<string, { bytes: Uint8Array; version: string }>()
  opened = 0
  closed = 0

  constructor(names: readonly string[] = []) {
    for (const name of names) this.set(name, `${name}-1`)
  }

  set(name: string, version: string): void {
    this.files.set(name, { bytes: new TextEncoder().encode(name), version })
  }

  async identify({ basename }: FileReference): Promise<string> {
    return this.#get(basename).version
  }

  async open({ basename }: FileReference): Promise<ByteSource> {
    const { bytes, version } = this.#get(basename)
    const source = bytesSource(bytes, version)
    this.opened++
    return {
      ...source,
      close: async () => {
        this.closed++
        await source.close()
      },
    }
  }

  #get(name: string) {
    const file = this.files.get(name)
    if (file === undefined)
      throw new DataLabError('SOURCE_NOT_FOUND', `${name} does not exist. Check its name.`, { audience: 'user' })
    return file
  }
}

export function file(basename: string, more: Record<string, unknown> = {}): FitsFile {
  return { basename, source: 'memory', ...more }
}

export interface LogLine {
  readonly level: string
  readonly facts: Record<string, unknown>
  readonly message: string
}

export function memoryLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: string) => (facts: Record<string, unknown>, message: string) =>
    void lines.push({ level, facts, message })
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

/** A folder of its own, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-core-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A host, closed when the test is over. */
export function lab(
  options: Omit<DataLabOptions, 'operations'> & {
    operations: readonly OperationClass<never>[] | readonly OperationClass<TestInputs>[]
  },
): DataLab {
  const host = createDataLab({ scratch: temporaryFolder(), ...options } as DataLabOptions)
  onTestFinished(() => host.close())
  return host
}

/** All keys in a storage. */
export async function keysOf(storage: ObjectStorage): Promise<string[]> {
  return (await storage.list('')).objects.map(({ key }) => key)
}

export async function textOf(storage: ObjectStorage, key: string): Promise<string> {
  const source = await storage.open(key)
  if (source === undefined) throw new Error(`no object ${key}`)
  const bytes = new Uint8Array(source.size)
  await source.read(0, bytes)
  return new TextDecoder().decode(bytes)
}

type Method = 'put' | 'open' | 'head' | 'delete' | 'list' | 'url'

/** A storage that counts the calls of some methods, and does something else at one of them. */
export function countingStorage(
  methods: readonly Method[],
  at: (call: number, method: Method, proceed: () => Promise<unknown>) => Promise<unknown>,
): { storage: ObjectStorage; inner: MemoryStorage; calls: () => number } {
  const inner = new MemoryStorage()
  let calls = 0
  const storage = new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown
      if (typeof member !== 'function') return member
      const method = member.bind(target) as (...parameters: unknown[]) => Promise<unknown>
      if (!methods.includes(name as Method)) return method
      return (...parameters: unknown[]) => at(calls++, name as Method, () => method(...parameters))
    },
  })
  return { storage, inner, calls: () => calls }
}

/** What a storage throws that does not answer. */
export const down = () => new DataLabError('STORAGE_UNAVAILABLE', 'The storage does not answer.', { retryable: true })

/** Fails the test for a rejection that nobody handled. */
export function noUnhandledRejections(): void {
  const seen: unknown[] = []
  const see = (error: unknown) => seen.push(error)
  process.on('unhandledRejection', see)
  onTestFinished(async () => {
    await new Promise<void>((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', see)
    expect(seen).toEqual([])
  })
}

/** A promise, and what settles it. */
export function deferred<Value = void>() {
  let resolve: (value: Value) => void = () => {}
  const promise = new Promise<Value>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** The error a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<DataLabError> {
  return promise.then(
    () => {
      throw new Error('it was not rejected')
    },
    (error) => error,
  )
}

/** An operation that waits within its run, for a test to look at it. */
export function held(end: (run: TestRun) => Promise<OutputFile[]> = writesText) {
  const begun = deferred()
  const gate = deferred()
  let runs = 0
  const op = operation(async (run) => {
    runs++
    begun.resolve()
    await gate.promise
    return end(run)
  })
  return { op, begun: begun.promise, release: gate.resolve, runs: () => runs }
}

/** An operation that waits until it is aborted. */
export function endless() {
  const begun = deferred()
  const op = operation(async (run) => {
    await writeText(run, 'partial')
    begun.resolve()
    await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    return []
  })
  return { op, begun: begun.promise }
}
