import {
  BaseDataOperation,
  ClientAlertError,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  isDataLabError,
  MemoryStorage,
  type OperationInfo,
  type OperationResult,
  Outputs,
  provide,
  readAll,
} from '@datalab/core'
import { Images } from '@datalab/fits/images'
import { expect, expectTypeOf, test } from 'vitest'
import { MemorySource, memoryImages, runOperation } from '../src/index.js'
import { IncreaseBrightness } from './increase-brightness.js'

interface TextInputs {
  file?: { basename: string; source: string }
  text?: string
}

const schema: InputSchema<TextInputs> = {
  type: 'object',
  properties: { file: formatSchemas.FitsFile, text: { type: 'string', default: 'none' } },
  additionalProperties: false,
}

/** An operation whose `operate()` is this function. */
function operation(operate: (run: BaseDataOperation<TextInputs>) => Promise<OperationResult> | OperationResult) {
  return class Made extends BaseDataOperation<TextInputs> {
    static readonly info: OperationInfo<TextInputs> = {
      id: '@test/op-made',
      name: 'Made',
      description: 'Made for a test.',
      category: 'image',
      revision: 1,
      inputs: schema,
    }

    override operate() {
      return operate(this)
    }
  }
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('it was not rejected'),
    (error) => error,
  )
}

test('adds the value to every pixel', async () => {
  const images = memoryImages({ a: [[1, 2]] })
  const run = await runOperation(IncreaseBrightness, { input_files: [images.file('a')], increase_by: 5 }, [
    provide(Images, images),
  ])
  expect(images.pixels(run.output.output_files[0])).toEqual([[6, 7]])
})

test('tells all that the operation said, however fast', async () => {
  const Telling = operation(async (run) => {
    run.setMessage('first')
    run.setMessage('second')
    run.addWarning('mind')
    run.addWarning('mind')
    run.setOperationProgress(0.25)
    run.setOperationProgress(0.2)
    run.setOperationProgress(0.5)
    run.log.warn({ n: 1 }, 'logged')
    return { output_data: [{ text: run.inputData.text ?? '' }] }
  })
  const fractions: number[] = []
  const run = await runOperation(Telling, {}, [], { onProgress: (fraction) => fractions.push(fraction) })
  expect(run).toMatchObject({
    output: { output_files: [], output_data: [{ text: 'none' }] },
    messages: ['first', 'second'],
    warnings: ['mind'],
    progress: [0.25, 0.5, 1],
    record: { status: 'COMPLETED', attempt: 1 },
  })
  expect(fractions).toEqual([0.25, 0.5])
  expect(run.log).toContainEqual({ level: 'warn', facts: { n: 1 }, message: 'logged' })
})

test('gives the bytes of every object of a role', async () => {
  const Writing = operation(async (run) => {
    const outputs = run.use(Outputs)
    return Promise.all(
      [0, 1].map(async (index) => {
        const objects = [await outputs.put('.txt', new TextEncoder().encode(`text ${index}`), { index })]
        if (index === 1) objects.push(await outputs.put('-small.txt', new TextEncoder().encode('small'), { index }))
        return outputs.file({ type: 'image', objects, index })
      }),
    )
  })
  const run = await runOperation(Writing, {})
  const texts = async (role?: string) => (await run.objects(role)).map((bytes) => new TextDecoder().decode(bytes))
  expect(await texts('txt')).toEqual(['text 0', 'text 1'])
  expect(await texts('small')).toEqual(['small'])
  expect(await texts()).toEqual([])
})

test('finds the source of a reference that a memory source made', async () => {
  const Reading = operation(async (run) => {
    const { file } = run.inputData
    if (file === undefined) return undefined
    const bytes = await readAll(await run.use(Inputs).open(file), { limit: 100 })
    return { output_data: [{ text: new TextDecoder().decode(bytes) }] }
  })
  const source = new MemorySource({ 'a.txt': new TextEncoder().encode('hello') })
  const run = await runOperation(Reading, { file: source.file('a.txt') })
  expect(run.output.output_data).toEqual([{ text: 'hello' }])
  const copy = { file: { ...source.file('a.txt') } }
  expect((await runOperation(Reading, copy, [], { sources: [source] })).output.output_data).toEqual([{ text: 'hello' }])
  expect(await rejection(runOperation(Reading, copy))).toMatchObject({ code: 'DATALAB_INPUT_INVALID' })
  const other = new MemorySource({ 'a.txt': new TextEncoder().encode('others') })
  const run2 = await runOperation(Reading, { file: source.file('a.txt') }, [], { sources: [other] })
  expect(run2.output.output_data).toEqual([{ text: 'others' }])
})

test('finds it by a reference that has more members', async () => {
  const source = new MemorySource({ 'a.txt': new TextEncoder().encode('hello') })
  const reference = source.file('a.txt', { color: 'red', basename: 'other' })
  expect(reference).toEqual({ basename: 'a.txt', source: 'memory', color: 'red' })
  expectTypeOf(reference.color).toEqualTypeOf<string>()
  expectTypeOf(source.file('a.txt')).toExtend<FitsFile>()
  const Reading = operation(async (run) => {
    const { file } = run.inputData
    return { output_data: [{ size: (await run.use(Inputs).open(file as FitsFile)).size }] }
  })
  expect((await runOperation(Reading, { file: reference })).output.output_data).toEqual([{ size: 5 }])
})

test('refuses invalid inputs as a host does', async () => {
  const error = await rejection(
    runOperation(
      operation(() => []),
      { text: 5 } as never,
    ),
  )
  expect(error).toMatchObject({
    code: 'DATALAB_INPUT_INVALID',
    details: { issues: [{ pointer: '/text', message: 'Text (text) is 5; give a text.' }] },
  })
})

test('names a service that is missing', async () => {
  const images = memoryImages({ a: [[1]] })
  const inputs = { input_files: [images.file('a')], increase_by: 5 }
  expect(() => runOperation(IncreaseBrightness, inputs)).toThrow(/Install @datalab\/fits/)
})

test.each([
  ['an error', new Error('boom'), 'DATALAB_INTERNAL', /unexpected error, reference/],
  ['an alert', new ClientAlertError('Give more.'), 'DATALAB_FAILED', /^Give more\.$/],
  ['a text', 'boom', 'DATALAB_INTERNAL', /unexpected error, reference/],
])('%s that operate() throws is the cause of what the user reads', async (_, thrown, code, message) => {
  const Failing = operation(async () => {
    throw thrown
  })
  const error = await rejection(runOperation(Failing, {}))
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  expect(error.cause).toBe(thrown)
})

test('what the host fails with is the cause, too', async () => {
  const storage = new MemoryStorage({ maxBytes: 10 })
  const error = await rejection(
    runOperation(
      operation(() => ({ output_data: [1] as never })),
      {},
      [],
      { storage },
    ),
  )
  expect(isDataLabError(error, 'DATALAB_OUTPUT_INVALID')).toBe(true)
  expect(error.cause).toMatchObject({ code: 'DATALAB_OUTPUT_INVALID', message: expect.stringContaining('no object') })
})

test('an operation that does not wait for its work fails, as it does in every host', async () => {
  class Hasty extends IncreaseBrightness {
    override async operate() {
      void this.progress.map([1], () => new Promise((resolve) => setTimeout(resolve, 5)))
      return []
    }
  }
  const images = memoryImages({ a: [[1]] })
  const inputs = { input_files: [images.file('a')], increase_by: 5 }
  const run = runOperation(Hasty, inputs, [provide(Images, images)])
  await expect(run).rejects.toMatchObject({
    code: 'DATALAB_OUTPUT_INVALID',
    cause: { message: expect.stringContaining("Write 'await'") },
  })
})

test('an aborted run is over when it rejects, and leaves nothing', async () => {
  const abort = new AbortController()
  const storage = new MemoryStorage()
  let isOver = false
  const Endless = operation(async (run) => {
    await run.use(Outputs).put('.txt', new Uint8Array(3))
    run.setOperationProgress(0.1)
    await new Promise((_, reject) =>
      run.signal.addEventListener('abort', () => setTimeout(reject, 50, run.signal.reason)),
    ).finally(() => {
      isOver = true
    })
    return []
  })
  const options = { signal: abort.signal, storage, onProgress: () => abort.abort() }
  expect(await rejection(runOperation(Endless, {}, [], options))).toMatchObject({
    name: 'AbortError',
    code: 'DATALAB_ABORTED',
  })
  expect(isOver).toBe(true)
  expect((await storage.list('')).objects).toEqual([])
  await expect(runOperation(Endless, {}, [], options)).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
})

test('does not wait for its scratch folder to be asked for', async () => {
  let scratch = ''
  const Scratching = operation((run) => {
    scratch = run.scratch
    return []
  })
  await runOperation(Scratching, {})
  expect(scratch).toContain('datalab-scratch')
})
