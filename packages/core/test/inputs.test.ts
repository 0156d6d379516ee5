import { describe, expect, test } from 'vitest'
import {
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  MemoryStorage,
  type SourceCache,
} from '../src/index.js'
import {
  deferred,
  file,
  keysOf,
  lab,
  MemorySource,
  memoryLog,
  operation,
  rejection,
  type TestInputs,
  testSchema,
  writesText,
} from './lab.js'

describe('input files', () => {
  test('are opened, and closed when the run ends', async () => {
    const source = new MemorySource(['a', 'b'])
    const Op = operation(async (run) => {
      for (const reference of run.inputData.files ?? []) await run.use(Inputs).open(reference)
      return undefined
    })
    const job = await lab({ operations: [Op], sources: [source] }).submit(Op, { files: [file('a'), file('b')] })
    await job.result()
    expect([source.opened, source.closed]).toEqual([2, 2])
  })

  test.each(['before', 'after'])('changed %s they were opened', async (when) => {
    const source = new MemorySource(['a'])
    const storage = new MemoryStorage()
    const Op = operation(async (run) => {
      if (when === 'before') source.set('a', 'other')
      await run.use(Inputs).open(file('a'))
      source.set('a', 'other')
      return writesText(run)
    })
    const job = await lab({ operations: [Op], sources: [source], storage }).submit(Op, { files: [file('a')] })
    expect(await rejection(job.result())).toMatchObject({
      code: 'SOURCE_CHANGED',
      message: 'Files (files), a was changed after the job was submitted. Submit it again for the new version.',
    })
    expect(await keysOf(storage)).toEqual([])
    expect(source.closed).toBe(1)
  })

  test('that are not among the inputs are refused', async () => {
    const { log, lines } = memoryLog()
    const source = new MemorySource(['a', 'b'])
    const Op = operation(async (run) => {
      await run.use(Inputs).open(file('b'))
      return undefined
    })
    const job = await lab({ operations: [Op], sources: [source], log }).submit(Op, { files: [file('a')] })
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_INPUT_UNDECLARED' })
    expect(source.opened).toBe(0)
    expect(JSON.stringify(lines)).toContain('not among the inputs')
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'not by undefined. Look at the name of the input.'],
    ['a name', 'a', 'not by a. Look at the name of the input.'],
    ['a list', [file('a')], 'not by a list. Open each of its files.'],
  ])('are not opened by %s', async (_, reference, message) => {
    const { log, lines } = memoryLog()
    const Op = operation(async (run) => {
      await run.use(Inputs).open(reference as never)
      return undefined
    })
    const host = lab({ operations: [Op], sources: [new MemorySource(['a'])], log })
    await rejection((await host.submit(Op, { files: [file('a')] })).result())
    expect(JSON.stringify(lines)).toContain(message)
  })

  test('are refused after the run', async () => {
    const source = new MemorySource(['a'])
    const late = deferred<() => Promise<unknown>>()
    const Op = operation((run) => {
      const inputs = run.use(Inputs)
      late.resolve(() => inputs.open(file('a')))
      return undefined
    })
    await (await lab({ operations: [Op], sources: [source] }).submit(Op, { files: [file('a')] })).result()
    await expect((await late.promise)()).rejects.toThrow(TypeError)
    expect(source.opened).toBe(source.closed)
  })

  const wrong: [string, unknown][] = [
    ['a size of null', { size: null }],
    ['a size of NaN', { size: Number.NaN }],
    ['a size below 0', { size: -1 }],
    ['half a byte', { size: 0.5 }],
    ['a size in words', { size: '3' }],
    ['an identity of null', { identity: null }],
    ['a number for an identity', { identity: 7 }],
    ['nothing to read', { read: undefined }],
  ]
  test.each(wrong)('opened by their source with %s are refused by its name, and closed', async (_, change) => {
    const { log, lines } = memoryLog()
    const source = new MemorySource(['a'])
    const open = source.open.bind(source)
    source.open = async (reference) => ({ ...(await open(reference)), ...(change as object) })
    let failure: unknown
    const Op = operation(async (run) => {
      failure = await rejection(run.use(Inputs).open(file('a')))
      throw failure
    })
    const job = await lab({ operations: [Op], sources: [source], log }).submit(Op, { files: [file('a')] })
    expect(await rejection(job.result())).toMatchObject({ code: 'SOURCE_INVALID' })
    expect(failure).toMatchObject({ code: 'SOURCE_INVALID', message: expect.stringContaining("'memory'") })
    expect(JSON.stringify(lines)).toContain("The source 'memory' breaks its contract: asked for a, it opens it ")
    expect(source.closed).toBe(source.opened)
  })

  test.each([null, undefined, 7])('opened as %j are refused by the name of their source', async (opened) => {
    const source = Object.assign(new MemorySource(['a']), { open: async () => opened as never })
    let failure: unknown
    const Op = operation(async (run) => {
      failure = await rejection(run.use(Inputs).open(file('a')))
      return undefined
    })
    await (await lab({ operations: [Op], sources: [source] }).submit(Op, { files: [file('a')] })).result()
    expect(failure).toMatchObject({ code: 'SOURCE_INVALID' })
  })

  test('that were opened are looked at again at the end, many at once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `file ${index}`)
    const source = new MemorySource(names)
    let [running, most] = [0, 0]
    const identify = source.identify.bind(source)
    source.identify = async (reference) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return identify(reference)
    }
    const Op = operation(async (run) => {
      most = 0
      for (const reference of run.inputData.files ?? []) await run.use(Inputs).open(reference)
      return undefined
    })
    const job = await lab({ operations: [Op], sources: [source] }).submit(Op, {
      files: names.map((name) => file(name)),
    })
    await job.result()
    expect(most).toBe(32)
  })

  test('that are listed more than once are named by the place that is meant', async () => {
    const source = new MemorySource(['a', 'b'])
    const labels: string[] = []
    const Op = operation(
      async (run) => {
        const { files = [] } = run.inputData
        for (const reference of [...files, { ...file('a') }]) labels.push(run.use(Inputs).label(reference))
        source.files.delete('a')
        await run.use(Inputs).open(files[2] as FitsFile)
        return undefined
      },
      { inputs: ordered },
    )
    const job = await lab({ operations: [Op], sources: [source] }).submit(Op, {
      files: ['a', 'b', 'a'].map((name) => file(name)),
    })
    expect(await rejection(job.result())).toMatchObject({
      message: expect.stringMatching(/^Files \(files\), item 3, a does not exist/),
    })
    expect(labels).toEqual([1, 2, 3, 1].map((item, index) => `Files (files), item ${item}, ${'abaa'[index]}`))
  })

  test('have room reserved in the order in which they are listed, each once', async () => {
    const reserved: string[] = []
    const cache: SourceCache = {
      id: 'cache',
      reserve: async (files) => {
        reserved.push(...files.map(({ label }) => label))
        return { release: async () => {} }
      },
    }
    const source = Object.assign(new MemorySource(['a', 'b', 'c']), { cache })
    const Op = operation(
      async (run) => {
        await run.use(Inputs).open(file('b'))
        return undefined
      },
      { inputs: ordered },
    )
    const files = ['c', 'a', 'b', 'a'].map((name) => file(name))
    await (await lab({ operations: [Op], sources: [source] }).submit(Op, { files })).result()
    expect(reserved).toEqual(['c', 'a', 'b'].map((name, index) => `Files (files), item ${index + 1}, ${name}`))
  })
})

const ordered: InputSchema<TestInputs> = {
  ...testSchema,
  properties: { ...testSchema.properties, files: { type: 'array', items: formatSchemas.FitsFile } },
}
