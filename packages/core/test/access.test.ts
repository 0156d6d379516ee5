import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Authorize,
  BaseDataOperation,
  createDataLab,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  LocalSource,
  MemoryStorage,
  type OperationInfo,
  Outputs,
  readAll,
} from '../src/index.js'
import { deferred, down, endless, file, MemorySource, operation, rejection, writeText } from './lab.js'

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

  it('stays what it was when what a job was made of is collected', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01') })
    onTestFinished(() => void vi.useRealTimers())
    const storage = new MemoryStorage()
    const makes = () => createDataLab({ operations: [Copy], storage, authorize })
    const lab = makes()
    const parents = [await outputOf(lab, { text: 'plain', input_files: [] })]
    parents.push(await outputOf(lab, { text: 'secret', input_files: [] }))
    vi.setSystemTime(new Date('2026-01-03'))
    const children = await Promise.all(parents.map(({ reference }) => outputOf(lab, { input_files: [reference] })))
    expect(await lab.collectGarbage({ resultLife: 1, urlLife: 0 })).toMatchObject({ marked: 2, deleted: 2 })
    expect(await lab.collectGarbage({ resultLife: 1, urlLife: 0 })).toMatchObject({ marked: 0, deleted: 0 })
    const anew = makes()
    for (const host of [lab, anew]) {
      expect(await host.get(parents[0]?.job.key ?? '', ben)).toBeUndefined()
      expect(await host.get(children[0]?.job.key ?? '', ben)).toMatchObject({ status: 'COMPLETED' })
      expect(await textOf(host, children[0]?.reference.basename ?? '', ben)).toBe('plain')
      expect(await host.get(children[1]?.job.key ?? '', ben)).toBeUndefined()
      expect(await textOf(host, children[1]?.reference.basename ?? '', ada)).toBe('secret')
    }
    // As marks were before they told what the job was.
    const mark = { version: 1, key: parents[0]?.job.key, attempt: 1, garbage: '2026-01-03T00:00:00.000Z' }
    await storage.put(`${mark.key}/record.json`, new TextEncoder().encode(JSON.stringify(mark)))
    expect(await anew.get(children[0]?.job.key ?? '', ben)).toBeUndefined()
    await Promise.all([lab.close(), anew.close()])
  })

  describe('of who may not submit a job', () => {
    const may: Authorize = ({ id }, _, { inputs }) => id === 'ada' || !JSON.stringify(inputs).includes('private')
    const inputs = (...files: FitsFile[]) => ({ input_files: files })
    const source = new MemorySource(['private/there', 'there'])
    const local = new LocalSource({ roots: {} })
    const broken = {
      ...source,
      name: 'broken',
      reach: 'process',
      identify: async () => Promise.reject(down()),
    } as const
    const makes = () => createDataLab({ operations: [Copy], sources: [source, local, broken as never], authorize: may })

    it.each([
      ['a file', file('private/there'), file('private/not there')],
      ['a file of a source that is not there', file('private/there'), { source: 'none', basename: 'private/x' }],
      [
        'a file of a root that is not there',
        file('private/there'),
        { source: 'local', root: 'private', basename: 'x' },
      ],
      ['a file of a source that does not answer', file('private/there'), { source: 'broken', basename: 'private/x' }],
    ])('it tells nothing whether %s is there', async (_, there, missing) => {
      const lab = makes()
      const tell = (reference: FitsFile) => rejection(lab.submit(Copy, inputs(reference), ben))
      const [one, other] = [await tell(there), await tell(missing)]
      expect(one.code).toBe('DATALAB_NOT_FOUND')
      expect({ ...other.toJSON(), stack: '' }).toEqual({ ...one.toJSON(), stack: '' })
      expect((await rejection(lab.plan(Copy, inputs(missing), ben))).message).toBe(one.message)
      await lab.close()
    })

    it('it is told what is wrong to who may', async () => {
      const lab = makes()
      for (const [who, missing] of [[ada, 'private/not there'] as const, [ben, 'not there'] as const]) {
        const error = await rejection(lab.submit(Copy, inputs(file('there'), file(missing)), who))
        expect(error).toMatchObject({ code: 'DATALAB_INPUT_INVALID' })
        expect(error.message).toContain(`${missing} does not exist`)
      }
      await lab.close()
    })

    it('the question has no key where there is none', async () => {
      const asked: unknown[] = []
      const lab = createDataLab({
        operations: [Copy],
        sources: [source],
        authorize: (principal, action, { key, inputs: of }) => {
          asked.push([principal.id, action, typeof key, of])
          return true
        },
      })
      await rejection(lab.plan(Copy, inputs(file('not there', { id: 7 })), ben))
      expect(asked).toEqual([['ben', 'submit', 'undefined', inputs(file('not there'))]])
      await lab.close()
    })
  })

  describe('of who may get a job and not open it', () => {
    const may: Authorize = (principal, action) => principal.id === 'ada' || action !== 'open'
    const closed = ({ key }: { key: string }) => ({
      output_files: [{ basename: key, source: 'datalab', type: 'fits' }],
    })

    it('no URL is in any record', async () => {
      const lab = host(may)
      const { job } = await outputOf(lab, { text: 'x', input_files: [] })
      expect((await lab.get(job.key, ada))?.output?.output_files?.[0]).toHaveProperty('fits_url')
      expect((await lab.get(job.key, ben))?.output).toEqual(closed(job))
      for (const handle of [await lab.job(job.key, ben), await lab.submit(Copy, { text: 'x', input_files: [] }, ben)]) {
        expect(handle?.cached).toBe(true)
        expect((await handle?.record())?.output).toEqual(closed(job))
        for await (const { output } of handle?.events ?? []) expect(output).toEqual(closed(job))
      }
      await lab.close()
    })

    it('the result is refused with a sentence, also of a run that he began', async () => {
      const lab = host(may)
      const run = await lab.submit(Copy, { text: 'y', input_files: [] }, ben)
      for (const handle of [run, await lab.submit(Copy, { text: 'y', input_files: [] }, ben)])
        await expect(handle.result()).rejects.toMatchObject({
          code: 'DATALAB_NOT_FOUND',
          audience: 'user',
          message: 'Copy: its result is not there for you. Ask whoever runs this service for leave to open it.',
        })
      expect((await run.record()).status).toBe('COMPLETED')
      await lab.close()
    })

    it('no data are in any record', async () => {
      const storage = new MemoryStorage()
      const Data = operation(() => ({ output_data: [{ period: 3.5 }] }))
      const lab = createDataLab({ operations: [Data], storage, authorize: may })
      const job = await lab.submit(Data, {}, ada)
      expect(await job.result()).toEqual({ output_data: [{ period: 3.5 }] })
      expect((await lab.get(job.key, ben))?.output).toEqual({})
      await lab.close()
    })
  })

  it('is asked for what a run has published before its end, too', async () => {
    const may: Authorize = (principal, action) => principal.id === 'ada' || action !== 'open'
    const published = deferred()
    const gate = deferred()
    const Slow = operation(async (run) => {
      const files = await writeText(run, 'part')
      await run.setOutput(files)
      published.resolve()
      await gate.promise
      return files
    })
    const lab = createDataLab({ operations: [Slow], authorize: may })
    const job = await lab.submit(Slow, {}, ada)
    await published.promise
    await expect.poll(async () => (await lab.get(job.key, ada))?.output, { interval: 1 }).not.toBeNull()
    expect((await lab.get(job.key, ada))?.output?.output_files?.[0]).toHaveProperty('txt_url')
    expect((await lab.get(job.key, ben))?.output?.output_files?.[0]).not.toHaveProperty('txt_url')
    const source = await lab.open(job.key, 'txt', ada)
    expect(source && new TextDecoder().decode(await readAll(source, { limit: 10 }))).toBe('part')
    expect(await lab.open(job.key, 'txt', ben)).toBeUndefined()
    expect(await lab.open(job.key, 'fits', ada)).toBeUndefined()
    gate.resolve()
    await job.result()
    await lab.close()
  })
})

describe('to cancel a job for all who asked for it', () => {
  const operators: Authorize = ({ id }, action, { inputs }) =>
    action === 'cancel' ? id === 'ada' : id !== 'eve' || inputs.text !== 'x'

  async function goingOn(authorize?: Authorize) {
    const { op, begun } = endless()
    const lab = createDataLab({ operations: [op], ...(authorize && { authorize }) })
    onTestFinished(() => lab.close())
    const job = await lab.submit(op, { text: 'x' }, ben)
    await begun
    return { lab, op, job }
  }

  it('is for those whom the host lets', async () => {
    const { lab, job } = await goingOn(operators)
    const eve = { principal: { id: 'eve' } }
    expect(await lab.job(job.key, eve)).toBeUndefined()
    const watching = await lab.job(job.key, { principal: { id: 'cy' } })
    await watching?.cancel()
    expect(await rejection(watching?.cancel({ force: true }) as Promise<void>)).toMatchObject({
      code: 'DATALAB_NOT_FOUND',
      message:
        'Test: it is not for you to cancel this job for all who asked for it. Without force your own submission is taken back.',
    })
    expect(await job.record()).toMatchObject({ status: 'IN_PROGRESS' })
    await (await lab.job(job.key, ada))?.cancel({ force: true })
    expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
  })

  it('takes nothing back where it is refused, and the own submission without force', async () => {
    const { lab, op, job } = await goingOn(operators)
    const other = await lab.submit(op, { text: 'x' }, ada)
    await rejection(job.cancel({ force: true }))
    expect(await job.record()).toMatchObject({ status: 'IN_PROGRESS' })
    await job.cancel()
    expect([(await job.record()).status, (await other.record()).status]).toEqual(['CANCELLED', 'IN_PROGRESS'])
  })

  it('is for everybody where the host says nothing', async () => {
    const { lab, job } = await goingOn()
    await (await lab.job(job.key, ada))?.cancel({ force: true })
    expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
  })
})
