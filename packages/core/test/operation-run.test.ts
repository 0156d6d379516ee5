import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  AbortedError,
  ClientAlertError,
  createDataLab,
  DataLabError,
  MemoryStorage,
  type OutputFile,
  Outputs,
  parseProvenance,
  provenanceLines,
  provide,
  provideEach,
  type RunContext,
  serviceKey,
} from '../src/index.js'
import {
  deferred,
  file,
  keysOf,
  lab,
  MemorySource,
  memoryLog,
  noUnhandledRejections,
  operation,
  rejection,
  type TestRun,
  temporaryFolder,
  textOf,
  writesText,
  writeText,
} from './lab.js'

describe('a run', () => {
  test('whoever reads a result is told which input each file was made from, where the operation says so', async () => {
    const Op = operation(async (run) => {
      const outputs = run.use(Outputs)
      return Promise.all(
        [...(run.inputData.files ?? []), undefined].map(async (input, index) => {
          const objects = [await outputs.put('.txt', new Uint8Array(1), { index })]
          return outputs.file({ type: 'image', objects, index, ...(input === undefined ? {} : { input }) })
        }),
      )
    })
    const host = lab({ operations: [Op], sources: [new MemorySource(['a', 'b'])] })
    const job = await host.submit(Op, { files: [file('a', { id: 7 }), file('b')] })
    const { output_files = [] } = await job.result()
    const inputs = [{ source: 'memory', basename: 'a' }, { source: 'memory', basename: 'b' }, undefined]
    expect(output_files.map(({ input }) => input)).toEqual(inputs)
    const { cached, output } = await (await host.submit(Op, { files: [file('b'), file('a')] })).record()
    expect([cached, output?.output_files?.map(({ input }) => input)]).toEqual([true, inputs])
  })

  test('that computes hears that it is cancelled where it waits for its progress', async () => {
    const [begun, heard] = [deferred<void>(), deferred<unknown>()]
    const compute = async (run: TestRun) => {
      for (let row = 0; ; row++) {
        const start = performance.now()
        while (performance.now() - start < 5);
        await run.progress.report(row / 1e6)
      }
    }
    const Op = operation((run) => {
      begun.resolve()
      return compute(run).catch((error) => {
        heard.resolve(error)
        throw error
      })
    })
    const job = await lab({ operations: [Op] }).submit(Op, {})
    await begun.promise
    await job.cancel()
    expect(await heard.promise).toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
  })

  test('knows the provenance of what it writes', async () => {
    const Op = operation(async (run) => {
      const outputs = run.use(Outputs)
      const lines = provenanceLines(outputs.provenance)
      return { output_data: [{ lines, isFrozen: Object.isFrozen(outputs.provenance.inputs) }] }
    })
    const job = await lab({ operations: [Op] }).submit(Op, { text: 'a' })
    const { output_data: [data] = [] } = await job.result()
    expect(parseProvenance(data?.lines as string[])).toEqual((await job.record()).provenance)
    expect(data?.isFrozen).toBe(true)
  })

  test('completes, and its output is read by URL', async () => {
    const storage = new MemoryStorage()
    const Op = operation(writesText)
    const host = lab({ operations: [Op], storage })
    const job = await host.submit(Op, { text: 'hello' })
    const objectKey = `${job.key}/1/${job.key}.txt`
    expect(await job.result()).toEqual({
      output_files: [{ basename: job.key, source: 'datalab', type: 'image', txt_url: `memory:${objectKey}` }],
    })
    expect(await textOf(storage, objectKey)).toBe('hello')
    expect(await keysOf(storage)).toEqual([objectKey, `${job.key}/record.json`])
    const record = await job.record()
    expect(record).toMatchObject({
      status: 'COMPLETED',
      progress: 1,
      attempt: 1,
      message: null,
      error: null,
      cached: false,
    })
    for (const name of ['retries', 'deaths', 'notBefore']) expect(record).not.toHaveProperty(name)
    expect(await host.get(job.key)).toEqual({ ...record, cached: true })
  })

  test('shows progress, messages, warnings and partial output while it goes on', async () => {
    const shown = deferred()
    const gate = deferred()
    const Op = operation(async (run) => {
      run.setMessage('half way')
      run.addWarning('2 of 6 were skipped')
      run.setOperationProgress(0.5)
      const [first] = await writeText(run, 'one', 0)
      await run.setOutput([first as OutputFile])
      shown.resolve()
      await gate.promise
      return [first as OutputFile, ...(await writeText(run, 'two', 1))]
    })
    const host = lab({ operations: [Op] })
    const job = await host.submit(Op, {})
    await shown.promise
    const record = await job.record()
    expect(record).toMatchObject({
      status: 'IN_PROGRESS',
      progress: 0.5,
      message: 'half way',
      warnings: ['2 of 6 were skipped'],
    })
    expect(record.output?.output_files).toMatchObject([{ basename: `${job.key}-1` }])
    expect(await (await host.plan(Op, {})).cached).toBe(false)
    gate.resolve()
    await job.result()
    expect(await job.record()).toMatchObject({
      message: null,
      warnings: ['2 of 6 were skipped'],
      output: { output_files: [{}, {}] },
    })
  })

  test('may give data, and nothing at all', async () => {
    const Data = operation(() => ({ output_data: [{ period: Number.NaN, n: 1 }] }), { id: 'data', name: 'Data' })
    const Nothing = operation(() => undefined, { id: 'nothing', name: 'Nothing' })
    const host = lab({ operations: [Data, Nothing] })
    expect(await (await host.submit(Data, {})).result()).toEqual({ output_data: [{ period: null, n: 1 }] })
    const nothing = await host.submit(Nothing, {})
    expect(await nothing.result()).toEqual({})
    expect((await host.submit(Nothing, {})).cached).toBe(true)
  })

  test('sees frozen inputs with exactly the declared members, and knows itself', async () => {
    const seen: unknown[] = []
    const Op = operation((run) => {
      seen.push(
        run.inputData,
        Object.isFrozen(run.inputData),
        run.name(),
        run.description(),
        run.generateCacheKey(),
        run.wizardDescription().name,
      )
      return undefined
    })
    const host = lab({ operations: [Op], sources: [new MemorySource(['a'])] })
    const job = await host.submit(Op, { files: [file('a', { url: 'x' })] })
    await job.result()
    expect(seen).toEqual([{ files: [file('a')] }, true, 'Test', 'A test.', job.key, 'Test'])
  })
})

describe('a run that fails', () => {
  async function failed(throws: () => unknown) {
    const storage = new MemoryStorage()
    const { log, lines } = memoryLog()
    const Op = operation(async (run) => {
      await writeText(run, 'before')
      throw throws()
    })
    const host = lab({ operations: [Op], storage, log })
    const job = await host.submit(Op, {})
    const error = await rejection(job.result())
    expect(await keysOf(storage)).toEqual([])
    return { error, lines, record: await job.record() }
  }

  test.each([
    ['ClientAlertError', () => new ClientAlertError('Give larger images.')],
    ['an error for users', () => new DataLabError('FITS_NOT_FITS', 'Give larger images.', { audience: 'user' })],
  ])('with %s tells its message', async (_, throws) => {
    const { error, record, lines } = await failed(throws)
    expect(error).toMatchObject({ message: 'Give larger images.', audience: 'user' })
    expect(record).toMatchObject({
      status: 'FAILED',
      message: 'Give larger images.',
      output: null,
      error: { code: error.code },
    })
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a text', 'secret text'],
    ['an error', new Error('secret')],
    ['an error for developers', new DataLabError('STORAGE_FORBIDDEN', 'secret')],
    ['what cannot be shown', Object.create(null)],
  ])('with %s tells a reference that is in the log', async (_, thrown) => {
    const { error, record, lines } = await failed(() => thrown)
    const { reference } = record.error as { reference: string }
    expect(record.message).toBe(
      `An unexpected error, reference ${reference}. Try again, or give this reference to whoever runs this service.`,
    )
    expect(error.message).toBe(record.message)
    expect(JSON.stringify(record)).not.toContain('secret')
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { facts: { reference, key: record.key, attempt: 1, operation: '@test/op' } },
    ])
  })

  test('by setFailed', async () => {
    const Op = operation((run) => run.setFailed('Choose other frames.'))
    const job = await lab({ operations: [Op] }).submit(Op, {})
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_FAILED', message: 'Choose other frames.' })
  })

  test('keeps all its warnings', async () => {
    const Op = operation((run) => {
      for (const text of ['a', 'b', 'c']) run.addWarning(text)
      return run.setFailed('no')
    })
    const job = await lab({ operations: [Op] }).submit(Op, {})
    await rejection(job.result())
    expect(await job.record()).toMatchObject({ status: 'FAILED', warnings: ['a', 'b', 'c'] })
  })

  test('begins the next attempt when it is submitted again', async () => {
    let runs = 0
    const Op = operation((run) => (++runs === 1 ? run.setFailed('not yet') : writesText(run)))
    const host = lab({ operations: [Op] })
    await rejection((await host.submit(Op, {})).result())
    expect((await host.plan(Op, {})).reason).toBe('It was run before, and failed.')
    const job = await host.submit(Op, {})
    await job.result()
    expect(await job.record()).toMatchObject({
      attempt: 2,
      error: null,
      history: [{ attempt: 1, status: 'FAILED', error: { message: 'not yet' } }],
    })
  })

  test('while other objects are being written leaves none of them', async () => {
    const storage = new MemoryStorage()
    const gate = deferred()
    const begun = deferred()
    async function* slow() {
      begun.resolve()
      await gate.promise
      yield new Uint8Array(1)
    }
    const Op = operation(async (run) => {
      const outputs = run.use(Outputs)
      await Promise.all([outputs.put('.txt', slow()), begun.promise.then(() => run.setFailed('meanwhile'))])
      return []
    })
    const job = await lab({ operations: [Op], storage }).submit(Op, {})
    await begun.promise
    setImmediate(gate.resolve)
    await rejection(job.result())
    expect(await keysOf(storage)).toEqual([])
  })

  test('unawaited work that fails takes nothing down', async () => {
    const Op = operation((run) => {
      void run.use(Outputs).put('no suffix', new Uint8Array(1))
      return undefined
    })
    expect(await (await lab({ operations: [Op] }).submit(Op, {})).result()).toEqual({})
  })
})

describe('a run that returns too early fails', () => {
  const refused = async (body: (run: TestRun) => never[] | undefined) => {
    noUnhandledRejections()
    const storage = new MemoryStorage()
    const Op = operation(body)
    const job = await lab({ operations: [Op], storage }).submit(Op, {})
    const error = await rejection(job.result())
    expect(await keysOf(storage)).toEqual([])
    expect(await job.record()).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_OUTPUT_INVALID' } })
    return (error.cause ?? error) as Error
  }

  test('while it maps', async () => {
    await refused((run) => {
      void run.progress.map([1, 2], async () => {
        await new Promise((resolve) => setImmediate(resolve))
        await writesText(run)
      })
      return []
    })
  })

  test('while it writes', async () => {
    const gate = deferred()
    async function* slow() {
      await gate.promise
      yield new Uint8Array(1)
    }
    await refused((run) => {
      void run.use(Outputs).put('.txt', slow())
      setImmediate(gate.resolve)
      return undefined
    })
  })
})

test('a run that returns nothing of the files that it made fails', async () => {
  const { log, lines } = memoryLog()
  const Op = operation(async (run) => {
    await writesText(run)
    return undefined
  })
  const job = await lab({ operations: [Op], log }).submit(Op, {})
  expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_OUTPUT_INVALID' })
  expect(JSON.stringify(lines)).toContain('The operation returned nothing, and has made an output file.')
})

describe('scratch', () => {
  const ends = {
    completed: () => undefined,
    failed: () => {
      throw new Error('x')
    },
    aborted: () => {
      throw new AbortedError()
    },
  }
  test.each(Object.entries(ends))('is made on first use, and removed when the run has %s', async (_, end) => {
    const scratch = temporaryFolder()
    const seen: string[] = []
    const Op = operation((run) => {
      expect(readdirSync(scratch)).toEqual([])
      writeFileSync(join(run.scratch, 'file'), 'x')
      expect(run.scratch).toBe(run.scratch)
      seen.push(...readdirSync(scratch))
      return end()
    })
    const job = await lab({ operations: [Op], scratch }).submit(Op, {})
    await job.result().catch(() => {})
    expect(seen).toHaveLength(1)
    expect(readdirSync(scratch)).toEqual([])
  })

  test('is not made again after the end', async () => {
    const scratch = temporaryFolder()
    const late = deferred<() => string>()
    const Op = operation((run) => {
      late.resolve(() => run.scratch)
      return undefined
    })
    await (await lab({ operations: [Op], scratch }).submit(Op, {})).result()
    expect(await late.promise).toThrow(TypeError)
    expect(readdirSync(scratch)).toEqual([])
  })
})

test('an output that this run did not make is refused', async () => {
  const kept: OutputFile[] = []
  const First = operation(async (run) => {
    const made = await writesText(run)
    kept.push(...made)
    return made
  })
  const Thief = operation(() => [...kept], { id: 'thief', name: 'Thief' })
  const host = lab({ operations: [First, Thief] })
  await (await host.submit(First, {})).result()
  expect(await rejection((await host.submit(Thief, {})).result())).toMatchObject({ code: 'DATALAB_OUTPUT_INVALID' })
})

describe('services', () => {
  interface Words {
    say(): string
  }
  const Words = serviceKey<Words>('@test/words/Words@1')
  const use = (extra = {}) => operation((run) => ({ output_data: [{ said: run.use(Words).say() }] }), extra)

  test('are given to the run, one for each', async () => {
    const runs: RunContext[] = []
    const Op = use({ requires: [Words] })
    const words = provideEach(Words, (run) => {
      runs.push(run)
      return { say: () => `in ${run.attempt}` }
    })
    const job = await lab({ operations: [Op], services: [words] }).submit(Op, {})
    expect(await job.result()).toEqual({ output_data: [{ said: 'in 1' }] })
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ key: job.key })
  })

  test.each(['completed', 'failed'])('are told when the run that used them is over: %s', async (how) => {
    const speak = (run: TestRun) => {
      run.use(Words)
      if (how === 'failed') throw new ClientAlertError('no')
      return { output_data: [{ said: run.use(Words).say() }] }
    }
    const Op = operation(speak, { requires: [Words] })
    const ended: string[] = []
    const words = provideEach(Words, () => ({ say: () => how }), {
      end: async (service) => void ended.push(service.say()),
    })
    const job = await lab({ operations: [Op], services: [words] }).submit(Op, {})
    await job.result().catch(() => undefined)
    expect(ended).toEqual([how])
  })

  test('that are missing are found when the host starts', () => {
    expect(() => createDataLab({ operations: [use({ requires: [Words] })] })).toThrow(
      "Test needs the service @test/words/Words@1, which this host does not provide. Install @test/words and add its provider to 'services'.",
    )
  })

  test('that an operation does not require are refused, since they are not in its key', async () => {
    const { log, lines } = memoryLog()
    const Op = use()
    const job = await lab({ operations: [Op], services: [provide(Words, { say: () => 'x' })], log }).submit(Op, {})
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_SERVICE_MISSING' })
    expect(JSON.stringify(lines)).toContain("Add its key to 'requires'")
  })

  test.each([undefined, 'Words'])('are not used by %j', async (key) => {
    const { log, lines } = memoryLog()
    const Op = operation((run) => run.use(key as never))
    await rejection((await lab({ operations: [Op], log }).submit(Op, {})).result())
    expect(JSON.stringify(lines)).toContain(
      `A service is used by its key, such as Images of @datalab/fits/images, and not by ${key}.`,
    )
  })

  test('a revision makes another key', async () => {
    const Op = use({ requires: [Words] })
    const keyWith = async (revision: number) => {
      const words = provide(Words, { say: () => 'x' }, { revision })
      return (await lab({ operations: [Op], services: [words] }).plan(Op, {})).key
    }
    expect(await keyWith(1)).not.toBe(await keyWith(2))
  })

  test('two of one key, and two sources of one name, are refused', () => {
    const words = provide(Words, { say: () => 'x' })
    expect(() => createDataLab({ operations: [], services: [words, words] })).toThrow("'@test/words/Words@1'")
    expect(() => createDataLab({ operations: [], sources: [new MemorySource(), new MemorySource()] })).toThrow(
      "'memory'",
    )
  })
})
