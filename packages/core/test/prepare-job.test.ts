import { describe, expect, test } from 'vitest'
import { DEFAULT_PAYLOAD_LIMITS } from '../src/clone-json.js'
import { DataLabError } from '../src/errors.js'
import type { FileSource } from '../src/file-source.js'
import type { AnyOperationInfo } from '../src/operation-info.js'
import { prepareJob } from '../src/prepare-job.js'
import { provide, serviceKey } from '../src/service.js'
import { file, MemorySource, rejection, testSchema } from './lab.js'

const info: AnyOperationInfo = {
  id: '@test/op',
  name: 'Test',
  description: '',
  category: 'image',
  revision: 1,
  version: '1.2.3',
  inputs: testSchema,
}
const context = { principal: { id: 'ann' } }

function prepare(inputs: unknown, source: FileSource = new MemorySource(['a', 'b']), more = {}) {
  const surroundings = { services: [], sources: new Map([['memory', source]]), limits: DEFAULT_PAYLOAD_LIMITS, ...more }
  return prepareJob(info, inputs, surroundings, context)
}

test('the inputs are a frozen clone, and the caller keeps theirs as they were', async () => {
  const inputs = { files: [file('b', { id: 1 }), file('a')] }
  const before = structuredClone(inputs)
  const job = await prepare(inputs)
  expect(inputs).toEqual(before)
  expect(Object.isFrozen(inputs.files)).toBe(false)
  expect(job.inputs).toEqual({ files: [file('a'), file('b')] })
  expect(Object.isFrozen((job.inputs.files as readonly object[])[0])).toBe(true)
})

test('the inputs as they were sent are kept too, with what the front end added', async () => {
  const inputs = { files: [file('b', { id: 1, layer: { name: 'x' } }), file('a')] }
  const job = await prepare(inputs)
  expect(job.sent).toEqual(inputs)
  expect(job.sent).not.toBe(inputs)
  const { files } = job.sent as { files: readonly object[] }
  expect([job.sent, files, files[0]].every(Object.isFrozen)).toBe(true)
  expect(Object.isFrozen(inputs.files[0])).toBe(false)
})

test('what the front end adds makes no other key', async () => {
  const [plain, added] = [await prepare({ files: [file('a')] }), await prepare({ files: [file('a', { id: 1 })] })]
  expect(added.key).toBe(plain.key)
  expect(added.sent).not.toEqual(plain.sent)
})

test('the provenance has what the key was made of', async () => {
  const settings = { quality: 3 }
  const services = [
    provide(serviceKey('x/A@1'), {}, { revision: 3, settings }),
    provide(serviceKey('x/B@1'), {}, { revision: 1 }),
  ]
  const { key, provenance } = await prepare({ files: [file('a')] }, undefined, { services })
  expect(provenance).toEqual({
    key,
    operation: { id: '@test/op', name: 'Test', revision: 1, version: '1.2.3' },
    services: { 'x/A@1': 3, 'x/B@1': 1 },
    settings: { 'x/A@1': settings },
    inputs: { files: [{ ...file('a'), '@identity': 'a-1' }] },
  })
})

test('the key changes with the version of a file', async () => {
  const source = new MemorySource(['a'])
  const { key } = await prepare({ files: [file('a')] }, source)
  source.set('a', 'other')
  expect((await prepare({ files: [file('a')] }, source)).key).not.toBe(key)
})

test('files that are not there are named, in the order of the inputs', async () => {
  const error = await rejection(
    prepare({ files: [file('a'), file('x'), file('b'), { basename: 'y', source: 'other' }] }),
  )
  expect(error).toMatchObject({ code: 'DATALAB_INPUT_INVALID', audience: 'user' })
  expect(error.details.issues).toEqual([
    { pointer: '/files/1', message: 'Files (files), item 2: x does not exist. Check its name.' },
    { pointer: '/files/3', message: "Files (files), item 4: y: there is no source 'other' here; use 'memory'." },
  ])
})

test('a source that does not answer is not the fault of the inputs', async () => {
  const source = new MemorySource()
  source.identify = async () => {
    throw new DataLabError('SOURCE_UNAVAILABLE', 'down', { retryable: true })
  }
  expect(await rejection(prepare({ files: [file('a'), file('b')] }, source))).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
  })
})

test('no more than 32 files are identified at once', async () => {
  let now = 0
  let most = 0
  const source = new MemorySource()
  source.identify = async () => {
    most = Math.max(most, ++now)
    await new Promise<void>((resolve) => setImmediate(resolve))
    now--
    return 'v'
  }
  await prepare({ files: Array.from({ length: 100 }, (_, index) => file(`f${index}`)) }, source)
  expect(most).toBe(32)
})

describe('refused, with a sentence', () => {
  test.each<[string, unknown, string]>([
    [
      'a name that reaches a prototype',
      JSON.parse('{"__proto__":{"text":"x"}}'),
      'is a name that is not allowed; leave it out.',
    ],
    ['NaN', { text: Number.NaN }, 'Test: Text (text) is NaN; give a finite number.'],
    ['a Date', new Date(0), 'Test: The set of inputs is a Date, not a plain object.'],
    ['undefined', undefined, 'Test: The set of inputs is undefined'],
    ['an unknown input', { other: 1 }, 'There is no input "other"'],
    ['a path that leads out', { files: [file('../../etc/passwd')] }, "give a relative name, without '..'"],
  ])('%s', async (_, inputs, message) => {
    const error = await rejection(prepare(inputs))
    expect(error).toMatchObject({ code: 'DATALAB_INPUT_INVALID', audience: 'user' })
    expect(error.message).toContain(message)
    expect(error.details.issues).toHaveLength(1)
  })

  test('what is larger than the host allows', async () => {
    const limits = { ...DEFAULT_PAYLOAD_LIMITS, characters: 10 }
    expect((await rejection(prepare({ text: 'x'.repeat(11) }, undefined, { limits }))).message).toContain(
      'more than 10 characters',
    )
  })
})

test.each([null, undefined, Number.NaN, 7, {}, ['a']])(
  'a source that identifies a file by %j is told of by its name',
  async (identity) => {
    const source = Object.assign(new MemorySource(['a']), { identify: async () => identity as string })
    await expect(prepare({ files: [file('a')] }, source)).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
      audience: 'developer',
      message: expect.stringMatching(
        /^The source 'memory' breaks its contract: asked for a, it identifies it by .* instead of a text\.$/,
      ),
      details: { source: 'memory', basename: 'a' },
    })
  },
)
