import {
  BaseDataOperation,
  createDataLab,
  type DataLab,
  type FileReference,
  type FileSource,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  type Job,
  type JobRecord,
  type OperationInfo,
  silentLogger,
} from '@datalab/core'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { cachedSource } from '../src/index.js'
import { CacheLab, deferred } from './cache-lab.js'
import { contentsOf, FarSource } from './sources.js'

interface ReadInputs {
  files: FitsFile[]
}

const inputs: InputSchema<ReadInputs> = {
  type: 'object',
  properties: { files: { type: 'array', items: formatSchemas.FitsFile } },
  required: ['files'],
  additionalProperties: false,
}

/** What a run does when it has opened its first file, and its last. */
let onFirst: (run: Read) => Promise<unknown> | unknown
let onLast: (run: Read) => Promise<unknown> | unknown

/** Reads its files one after the other, and tells how many there were as files of this machine. */
class Read extends BaseDataOperation<ReadInputs> {
  static readonly info: OperationInfo<ReadInputs> = {
    id: '@test/read',
    name: 'Read',
    description: 'Reads files.',
    category: 'image',
    revision: 1,
    inputs,
  }

  override async operate() {
    let [bytes, paths] = [0, 0]
    for (const [index, reference] of this.inputData.files.entries()) {
      const opened = await this.use(Inputs).open(reference)
      bytes += (await contentsOf(opened)).length
      if (opened.path !== undefined) paths++
      if (index === 0) await onFirst(this)
    }
    await onLast(this)
    return { output_data: [{ bytes, paths }] }
  }
}

/** The same, in little time. */
class ReadWithinTime extends Read {
  static override readonly info: OperationInfo<ReadInputs> = {
    ...Read.info,
    id: '@test/read#time',
    name: 'Read Within Time',
    limits: { time: 0.2 },
  }
}

const WAIT = { timeout: 10_000 }
let lab: CacheLab
const other = () => new FarSource('other')

beforeEach(async () => {
  lab = await CacheLab.make()
  onFirst = onLast = () => {}
})

afterEach(() => lab.end())

function hostOf(...sources: FileSource[]): DataLab {
  const operations = [Read, ReadWithinTime]
  const host = createDataLab({ operations, sources, retry: { retries: 0 }, log: silentLogger })
  onTestFinished(() => host.close())
  return host
}

async function recordOf(job: Job): Promise<JobRecord> {
  await job.result().catch(() => {})
  return job.record()
}

async function run(host: DataLab, files: FileReference[]): Promise<JobRecord> {
  return recordOf(await host.submit(Read, { files }))
}

describe('two runs whose files together have no room', () => {
  it.each(['one cache', 'two caches of one folder'])('end one after the other, with %s', async (how) => {
    const cache = lab.cache()
    const far = other()
    const sources = [
      cachedSource(lab.far, cache, { ranges: false }),
      cachedSource(far, how === 'one cache' ? cache : lab.cache(), { ranges: false }),
    ]
    const [a, b] = ['a', 'b'].map((name) => lab.far.add(name, 400)) as [FileReference, FileReference]
    const [c, d] = ['c', 'd'].map((name) => far.add(name, 400)) as [FileReference, FileReference]
    let ended = 0
    onFirst = async () => {
      // The first run goes on when the other one waits for its room.
      while (ended === 0 && (await cache.usage()).waiting === 0);
    }
    onLast = () => ended++
    const host = hostOf(...sources)
    const records = await Promise.all([run(host, [a, c]), run(host, [d, b])])
    for (const { status, output } of records)
      expect([status, output?.output_data]).toEqual(['COMPLETED', [{ bytes: 800, paths: 2 }]])
    expect(await cache.usage()).toMatchObject({ pinned: 0, waiting: 0 })
  })
})

describe('a run with more files than there is room for', () => {
  it('reads by ranges what has none', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 400))
    const { output } = await run(hostOf(source), files)
    expect(output?.output_data).toEqual([{ bytes: 1200, paths: 2 }])
    expect(await cache.usage()).toMatchObject({ pinned: 0, waiting: 0 })
  })

  it('fails with both sizes where the source gives no parts, before anything is downloaded', async () => {
    const source = cachedSource(lab.far, lab.cache(), { ranges: false })
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 400))
    const { status, error } = await run(hostOf(source), files)
    expect(status).toBe('FAILED')
    expect(error).toMatchObject({
      code: 'CACHE_TOO_SMALL',
      message: expect.stringMatching(/^Files \(files\), item 1, a and 2 more: 1200 bytes are more than the 1000 /),
    })
    expect(lab.far.reads).toBe(0)
  })

  it('names one file that is too large by its input', async () => {
    const source = cachedSource(lab.far, lab.cache(), { ranges: false })
    const { error } = await run(hostOf(source), [lab.far.add('large', 1001)])
    expect(error?.message).toMatch(/^Files \(files\), item 1, large: 1001 bytes are more than the 1000 /)
  })
})

describe('the room of a run', () => {
  it('is given back when it fails', async () => {
    const { source, cache } = lab.cached()
    onFirst = (operation) => operation.setFailed('no use')
    const { status } = await run(hostOf(source), [lab.far.add('a', 400), lab.far.add('b', 400)])
    expect(status).toBe('FAILED')
    expect(await cache.usage()).toMatchObject({ bytes: 400, pinned: 0, waiting: 0 })
  })

  /** A run that has room until it is cancelled. */
  async function holding(host: DataLab) {
    const begun = deferred()
    onFirst = ({ signal }) => {
      begun.resolve()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const first = await host.submit(Read, { files: [lab.far.add('a', 600)] })
    await begun.promise
    return first
  }

  it('is given back, or not waited for any more, when it is cancelled', async () => {
    const { source, cache } = lab.cached()
    const host = hostOf(source)
    const first = await holding(host)
    const second = await host.submit(Read, { files: [lab.far.add('b', 600)] })
    while ((await cache.usage()).waiting < 1);
    await second.cancel()
    const { status, error } = await recordOf(second)
    expect([status, error?.code]).toEqual(['CANCELLED', 'DATALAB_ABORTED'])
    await vi.waitFor(async () => expect(await cache.usage()).toMatchObject({ pinned: 1, waiting: 0 }), WAIT)
    await first.cancel()
    await recordOf(first)
    await vi.waitFor(async () => expect(await cache.usage()).toMatchObject({ pinned: 0, waiting: 0 }), WAIT)
  })

  it('is waited for beside the time limit, which whoever watches is told', async () => {
    const { source } = lab.cached()
    const host = hostOf(source)
    const first = await holding(host)
    onFirst = () => {}
    const second = await host.submit(ReadWithinTime, { files: [lab.far.add('b', 600)] })
    const waiting = { status: 'IN_PROGRESS', message: 'Waiting for room in the file cache' }
    await vi.waitFor(async () => expect(await second.record()).toMatchObject(waiting), WAIT)
    const limit = (ReadWithinTime.info.limits?.time ?? 0) * 1000
    const start = performance.now()
    await vi.waitUntil(() => performance.now() - start > 2 * limit, WAIT)
    expect(await second.record()).toMatchObject(waiting)
    await first.cancel()
    expect(await recordOf(second)).toMatchObject({ status: 'COMPLETED', message: null })
  })
})
