import {
  BaseDataOperation,
  createDataLab,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  type OperationInfo,
  Outputs,
  readAll,
} from '@datalab/core'
import { expect, onTestFinished, test } from 'vitest'
import type { ArchiveSourceOptions } from '../src/index.js'
import { expectBytes, pattern, principal, World } from './world.js'

interface CopyInputs {
  input_files: FitsFile[]
}

const inputs: InputSchema<CopyInputs> = {
  type: 'object',
  properties: { input_files: { type: 'array', items: formatSchemas.FitsFile } },
  required: ['input_files'],
  additionalProperties: false,
}

/** Writes its input files one after the other. */
class Copy extends BaseDataOperation<CopyInputs> {
  static readonly info: OperationInfo<CopyInputs> = {
    id: '@test/copy',
    name: 'Copy',
    description: 'Copies files.',
    category: 'image',
    revision: 1,
    inputs,
  }

  override async operate() {
    const files = this.use(Inputs)
    const parts: Uint8Array[] = []
    for (const reference of this.inputData.input_files)
      parts.push(await readAll(await files.open(reference), { limit: 1e7 }))
    const object = await this.use(Outputs).put('.fits', Buffer.concat(parts))
    return [this.use(Outputs).file({ type: 'fits', objects: [object] })]
  }
}

function labOf(world: World, identity: 'basename' | 'version', options: Partial<ArchiveSourceOptions> = {}) {
  const source = world.source({ identity, ...options })
  const lab = createDataLab({ operations: [Copy], sources: [source], scratch: world.scratch })
  onTestFinished(() => lab.close())
  return lab
}

const reference = (basename: string) => ({ source: 'archive', basename, url: 'file:///etc/passwd' })

test.each(['basename', 'version'] as const)('a job reads files of an archive, known by %s', async (identity) => {
  const world = await World.create()
  const [small, large] = [pattern(5000), pattern(150_000)]
  world.add('small', small)
  world.add('large', large)
  const lab = labOf(world, identity)
  const job = await lab.submit(Copy, { input_files: [reference('large'), reference('small')] }, { principal })
  const output = await job.result()
  const result = await lab.open(output.output_files?.[0]?.basename ?? '')
  expectBytes(await readAll(result as NonNullable<typeof result>, { limit: 1e7 }), Buffer.concat([large, small]))
})

test('a missing file is told when the job runs, or before it where versions are asked for', async () => {
  const world = await World.create()
  const submit = (identity: 'basename' | 'version') =>
    labOf(world, identity).submit(Copy, { input_files: [reference('gone')] }, { principal })
  await expect((await submit('basename')).result()).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
    message: expect.stringContaining('gone is not in the archive'),
  })
  await expect(submit('version')).rejects.toMatchObject({
    code: 'DATALAB_INPUT_INVALID',
    message: expect.stringContaining('gone is not in the archive'),
  })
})

test('a new version is another job', async () => {
  const world = await World.create()
  world.add('frame', pattern(100))
  const lab = labOf(world, 'version')
  const key = async () => (await lab.plan(Copy, { input_files: [reference('frame')] }, { principal })).key
  const before = await key()
  expect(await key()).toBe(before)
  world.frames.length = 0
  world.add('frame', pattern(200))
  expect(await key()).not.toBe(before)
})

test.each(['basename', 'version'] as const)(
  'a result of files known by %s is for whom the archive shows all of them to',
  async (identity) => {
    const world = await World.create()
    world.add('frame', pattern(100), {}, { readers: ['ada', 'bob'] })
    const lab = labOf(world, identity, { credentials: ({ id }) => id })
    const submit = (id: string, basename = 'frame') =>
      lab.submit(Copy, { input_files: [reference(basename)] }, { principal: { id } })
    await (await submit('ada')).result()
    const again = await submit('bob')
    expect(again.cached).toBe(true)
    const refusal = (basename: string) => submit('eve', basename).catch((error: Error) => [error.name, error.message])
    expect(await refusal('frame')).toEqual(
      ((await refusal('fname')) as string[]).map((text) => text.replaceAll('fname', 'frame')),
    )
    await expect(submit('eve')).rejects.toMatchObject({ code: 'DATALAB_INPUT_INVALID' })
    await expect(
      lab.plan(Copy, { input_files: [reference('frame')] }, { principal: { id: 'eve' } }),
    ).rejects.toMatchObject({ code: 'DATALAB_INPUT_INVALID', message: expect.stringContaining('not visible to you') })
  },
)
