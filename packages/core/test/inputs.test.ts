import { describe, expect, test } from 'vitest'
import { Inputs, MemoryStorage } from '../src/index.js'
import { deferred, file, keysOf, lab, MemorySource, memoryLog, operation, rejection, writesText } from './lab.js'

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
})
