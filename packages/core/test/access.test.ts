import { describe, expect, it } from 'vitest'
import {
  type Authorize,
  BaseDataOperation,
  createDataLab,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  MemoryStorage,
  type OperationInfo,
  Outputs,
  readAll,
} from '../src/index.js'

interface CopyInputs {
  text?: string
  input_files: FitsFile[]
}

const inputSchema: InputSchema<CopyInputs> = {
  type: 'object',
  properties: { text: { type: 'string' }, input_files: { type: 'array', items: formatSchemas.FitsFile } },
  required: ['input_files'],
  additionalProperties: false,
}

/** Joins the bytes of its input files behind a text. */
class Copy extends BaseDataOperation<CopyInputs> {
  static readonly info: OperationInfo<CopyInputs> = {
    id: 'op-copy',
    name: 'Copy',
    description: '',
    category: 'image',
    revision: 1,
    inputs: inputSchema,
  }

  override async operate() {
    const parts: Uint8Array[] = [new TextEncoder().encode(this.inputData.text ?? '')]
    for (const file of this.inputData.input_files)
      parts.push(await readAll(await this.use(Inputs).open(file), { limit: 1000 }))
    const outputs = this.use(Outputs)
    return [outputs.file({ type: 'fits', objects: [await outputs.put('.fits', parts)] })]
  }
}

function host(authorize?: Authorize) {
  return createDataLab({ operations: [Copy], storage: new MemoryStorage(), ...(authorize && { authorize }) })
}

const ada = { principal: { id: 'ada' } }
const ben = { principal: { id: 'ben' } }

async function outputOf(lab: ReturnType<typeof host>, inputs: CopyInputs, who = ada) {
  const job = await lab.submit(Copy, inputs, who)
  const [file] = (await job.result()).output_files ?? []
  return { job, reference: { source: 'datalab', basename: file?.basename ?? '' } }
}

async function textOf(lab: ReturnType<typeof host>, basename: string, who = ada) {
  const source = await lab.open(basename, 'fits', who)
  return source && new TextDecoder().decode(await readAll(source, { limit: 1000 }))
}

describe('the outputs of a job as inputs', () => {
  it('are read through their manifest, and keep their identity', async () => {
    const lab = host()
    const { reference } = await outputOf(lab, { text: 'a', input_files: [] })
    const joined = await outputOf(lab, { text: 'b', input_files: [reference, reference] })
    expect(await textOf(lab, joined.reference.basename)).toBe('baa')
    await lab.close()
  })

  it.each(['nothing', `${'0'.repeat(64)}`, `${'0'.repeat(64)}-1`, '../x'])('%s is not there', async (basename) => {
    const lab = host()
    await expect(lab.submit(Copy, { input_files: [{ source: 'datalab', basename }] })).rejects.toMatchObject({
      code: 'DATALAB_INPUT_INVALID',
    })
    expect(await lab.open(basename)).toBeUndefined()
    await lab.close()
  })
})

describe('access', () => {
  /** Everybody may have what does not say "secret"; that is for ada. */
  const authorize: Authorize = (principal, _, { inputs }) => principal.id === 'ada' || inputs.text !== 'secret'

  it('is refused on submit, as something that is not there, also where the result is in the cache', async () => {
    const lab = host(authorize)
    const refusal = { code: 'DATALAB_NOT_FOUND' }
    await expect(lab.submit(Copy, { text: 'secret', input_files: [] }, ben)).rejects.toMatchObject(refusal)
    await outputOf(lab, { text: 'secret', input_files: [] })
    await expect(lab.submit(Copy, { text: 'secret', input_files: [] }, ben)).rejects.toMatchObject(refusal)
    await expect(lab.plan(Copy, { text: 'secret', input_files: [] }, ben)).rejects.toMatchObject(refusal)
    await lab.close()
  })

  it('is refused for records and results', async () => {
    const lab = host(authorize)
    const { job, reference } = await outputOf(lab, { text: 'secret', input_files: [] })
    expect(await lab.get(job.key, ben)).toBeUndefined()
    expect(await textOf(lab, reference.basename, ben)).toBeUndefined()
    expect((await lab.get(job.key, ada))?.status).toBe('COMPLETED')
    expect(await textOf(lab, reference.basename, ada)).toBe('secret')
    await lab.close()
  })

  it('is refused through all that a job was made of, with the words for what is not there', async () => {
    const lab = host(authorize)
    const { reference } = await outputOf(lab, { text: 'secret', input_files: [] })
    const second = await outputOf(lab, { text: 'open', input_files: [reference] })
    const third = await outputOf(lab, { text: 'open too', input_files: [second.reference] })
    expect(await lab.get(third.job.key, ben)).toBeUndefined()
    const absent = { source: 'datalab', basename: '0'.repeat(64) }
    const messageFor = async (file: FitsFile) =>
      lab.submit(Copy, { input_files: [file] }, ben).catch((error) => error.message.replace(file.basename, 'X'))
    for (const file of [reference, second.reference, third.reference])
      expect(await messageFor(file)).toBe(await messageFor(absent))
    expect(await textOf(lab, third.reference.basename, ada)).toBe('open tooopensecret')
    await lab.close()
  })
})
