import { describe, expect, test, vi } from 'vitest'
import {
  AbortedError,
  DataLabError,
  type FileSource,
  Inputs,
  type SourceCache,
  type SourceContext,
  type SourceFile,
  type SourceReservation,
} from '../src/index.js'
import { deferred, file, lab, MemorySource, noUnhandledRejections, operation, rejection, type TestRun } from './lab.js'

/** A cache that has room for so many files, and notes what is asked of it. */
class NotingCache implements SourceCache {
  readonly asked: string[][] = []
  held = 0
  waiting = 0
  released = 0

  constructor(
    readonly id: string,
    private readonly room = Number.POSITIVE_INFINITY,
  ) {}

  async reserve(files: readonly SourceFile[], { signal }: SourceContext): Promise<SourceReservation> {
    this.asked.push(files.map(({ source, reference, identity }) => `${source.name} ${reference.basename} ${identity}`))
    this.waiting++
    try {
      while (this.held + files.length > this.room) await this.turn(signal)
    } finally {
      this.waiting--
    }
    this.held += files.length
    const release = async () => {
      this.released++
      this.held -= files.length
    }
    return { release }
  }

  protected async turn(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new AbortedError('cancelled', { cause: signal.reason })
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A cache that can never hold what it is asked for. */
class FullCache extends NotingCache {
  override async reserve(files: readonly SourceFile[]): Promise<never> {
    throw new DataLabError('CACHE_TOO_SMALL', `${files[0]?.label}: 5 bytes are more than 4.`, { audience: 'user' })
  }
}

function cached(name: string, cache: SourceCache, files: readonly string[]): FileSource {
  const inner = new MemorySource(files)
  return {
    name,
    reach: 'process',
    cache,
    identify: (reference) => inner.identify(reference),
    open: (reference) => inner.open(reference),
  }
}

const WAIT = { timeout: 10_000 }
const from = (source: string, basename: string) => file(basename, { source })

async function openAll(run: TestRun): Promise<void> {
  for (const reference of run.inputData.files ?? []) await run.use(Inputs).open(reference)
}

const opensAll = () =>
  operation(async (run) => {
    await openAll(run)
    return undefined
  })

describe('room for the files of a run', () => {
  test('is made at the first, for all of them at once, and given back', async () => {
    const cache = new NotingCache('one')
    const sources = [cached('a', cache, ['1', '2']), cached('b', cache, ['3']), new MemorySource(['4'])]
    const Op = operation(async (run) => {
      await run.use(Inputs).open(from('a', '1'))
      expect(cache.held).toBe(3)
      await Promise.all([from('a', '2'), from('b', '3'), file('4')].map((one) => run.use(Inputs).open(one)))
      return undefined
    })
    const files = [from('a', '1'), from('a', '2'), from('b', '3'), file('4'), from('a', '1')]
    await (await lab({ operations: [Op], sources }).submit(Op, { files })).result()
    expect(cache.asked).toEqual([['a 1 1-1', 'a 2 2-1', 'b 3 3-1']])
    expect(cache).toMatchObject({ held: 0, released: 1 })
  })

  test('is not made for a run that opens none', async () => {
    const cache = new NotingCache('full', 0)
    const Op = operation(() => undefined)
    const host = lab({ operations: [Op], sources: [cached('a', cache, ['1'])] })
    await (await host.submit(Op, { files: [from('a', '1')] })).result()
    expect(cache.asked).toEqual([])
  })

  test('is one where caches are one', async () => {
    const caches = [new NotingCache('same'), new NotingCache('same')] as const
    const Op = opensAll()
    const sources = [cached('a', caches[0], ['1']), cached('b', caches[1], ['2'])]
    await (await lab({ operations: [Op], sources }).submit(Op, { files: [from('a', '1'), from('b', '2')] })).result()
    expect(caches.flatMap(({ asked }) => asked)).toEqual([['a 1 1-1', 'b 2 2-1']])
  })

  test('does not let two runs wait for each other that begin at different ends', async () => {
    const cache = new NotingCache('one', 2)
    const sources = [cached('a', cache, ['1', '3']), cached('b', cache, ['2', '4'])]
    let runs = 0
    const Op = operation(async (run) => {
      const [first, second] = run.inputData.files ?? []
      const order = run.inputData.text === 'forwards' ? [first, second] : [second, first]
      for (const one of order) {
        await run.use(Inputs).open(one as typeof first & object)
        // Whoever comes first goes on when the other one waits, or is through.
        while (runs === 0 && cache.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      runs++
      return undefined
    })
    const host = lab({ operations: [Op], sources })
    const jobs = [
      await host.submit(Op, { text: 'forwards', files: [from('a', '1'), from('b', '2')] }),
      await host.submit(Op, { text: 'backwards', files: [from('a', '3'), from('b', '4')] }),
    ]
    await Promise.all(jobs.map((job) => job.result()))
    expect(runs).toBe(2)
    expect(cache).toMatchObject({ held: 0, waiting: 0 })
  })

  test('is made in several caches in the order of their names', async () => {
    const order: string[] = []
    class Ordered extends NotingCache {
      override async reserve(files: readonly SourceFile[], context: SourceContext) {
        order.push(this.id)
        return super.reserve(files, context)
      }
    }
    const sources = ['c', 'a', 'b'].map((name) => cached(name, new Ordered(name), ['1']))
    const Op = opensAll()
    const files = ['b', 'c', 'a'].map((name) => from(name, '1'))
    await (await lab({ operations: [Op], sources }).submit(Op, { files })).result()
    expect(order).toEqual(['a', 'b', 'c'])
  })

  test('is made again by the next run', async () => {
    const cache = new NotingCache('one', 1)
    const Op = opensAll()
    const host = lab({ operations: [Op], sources: [cached('a', cache, ['1', '2'])] })
    for (const name of ['1', '2']) await (await host.submit(Op, { files: [from('a', name)] })).result()
    expect(cache.asked).toEqual([['a 1 1-1'], ['a 2 2-1']])
  })

  test.each(['failed', 'cancelled', 'timed out'])('is given back when the run %s', async (how) => {
    const cache = new NotingCache('one')
    const begun = deferred()
    const Op = operation(
      async (run) => {
        await openAll(run)
        begun.resolve()
        if (how === 'failed') return run.setFailed('no use')
        return new Promise<never>((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
      },
      how === 'timed out' ? { limits: { time: 0.5 } } : {},
    )
    const job = await lab({ operations: [Op], sources: [cached('a', cache, ['1'])] }).submit(Op, {
      files: [from('a', '1')],
    })
    await begun.promise
    if (how === 'cancelled') await job.cancel()
    const { code } = await rejection(job.result())
    expect(code).toBe({ failed: 'DATALAB_FAILED', cancelled: 'DATALAB_ABORTED', 'timed out': 'DATALAB_TIMEOUT' }[how])
    await vi.waitFor(() => expect(cache).toMatchObject({ held: 0, released: 1 }), WAIT)
  })

  test.each(['cancelled', 'timed out'])('is not waited for any more when the run is %s', async (how) => {
    const cache = new NotingCache('full', 0)
    const ended = deferred<{ cause?: unknown; reason: unknown }>()
    const Op = operation(
      async (run) => {
        const { cause } = await rejection(openAll(run))
        ended.resolve({ cause, reason: run.signal.reason })
        throw run.signal.reason
      },
      how === 'timed out' ? { limits: { time: 0.5 } } : {},
    )
    const host = lab({ operations: [Op], sources: [cached('a', cache, ['1'])] })
    const job = await host.submit(Op, { files: [from('a', '1')] })
    await vi.waitFor(() => expect(cache.asked).toHaveLength(1), WAIT)
    if (how === 'cancelled') await job.cancel()
    await rejection(job.result())
    // By the run's signal, and not when it is cleared up.
    const { cause, reason } = await ended.promise
    expect(cause).toBe(reason)
    expect(cache).toMatchObject({ held: 0, waiting: 0 })
  })

  test('is not waited for by what a run left behind', async () => {
    noUnhandledRejections()
    const cache = new NotingCache('full', 0)
    let opening: Promise<unknown> | undefined
    const Op = operation((run) => {
      opening = run.use(Inputs).open(from('a', '1'))
      opening.catch(() => {})
      return undefined
    })
    const host = lab({ operations: [Op], sources: [cached('a', cache, ['1'])] })
    await (await host.submit(Op, { files: [from('a', '1')] })).result()
    expect(cache).toMatchObject({ held: 0, waiting: 0 })
    await expect(opening).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  })

  test('is given back where another cache has none; the user reads for which input', async () => {
    const [cache, full] = [new NotingCache('a'), new FullCache('b')]
    const Op = operation(async (run) => {
      const opening = ['1', '2'].map((name) => run.use(Inputs).open(from('a', name)))
      const ends = await Promise.allSettled(opening)
      expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(cache.held).toBe(0)
      await openAll(run)
      return undefined
    })
    const host = lab({ operations: [Op], sources: [cached('a', cache, ['1', '2']), cached('b', full, ['3'])] })
    const files = [from('a', '1'), from('a', '2'), from('b', '3')]
    expect(await rejection((await host.submit(Op, { files })).result())).toMatchObject({
      code: 'CACHE_TOO_SMALL',
      message: 'Files (files), 3: 5 bytes are more than 4.',
    })
    expect(cache).toMatchObject({ held: 0, released: 1 })
  })
})
