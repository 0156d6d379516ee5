import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CacheLab, deferred, readAndClose } from './cache-lab.js'
import { indexConnection } from './index-lab.js'
import { context } from './sources.js'

let lab: CacheLab

beforeEach(async () => {
  lab = await CacheLab.make()
})

afterEach(() => lab.end())

describe('a download', () => {
  it('that fails leaves nothing, and is tried anew', async () => {
    const { source, cache } = lab.cached({ chunkBytes: 100 })
    const file = lab.far.add('a', 300)
    lab.far.onRead = (_, offset) => {
      if (offset === 200) throw new Error('cut off')
    }
    await expect(source.open(file, context)).rejects.toThrow('cut off')
    expect(await cache.usage()).toEqual({ bytes: 0, files: 0, pinned: 0, waiting: 0 })
    expect([lab.filesIn('cached'), lab.filesIn('loading')]).toEqual([[], []])
    lab.far.onRead = () => {}
    expect(await readAndClose(await source.open(file, context))).toEqual(lab.far.bytesOf(file))
  })

  it('that is cut short fails', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a', 300)
    const { open } = lab.far
    lab.far.open = async (...parameters) => ({ ...(await open.apply(lab.far, parameters)), size: 400 })
    await expect(source.open(file, context)).rejects.toMatchObject({ code: 'DATALAB_SOURCE_SHORT', retryable: true })
    expect([lab.filesIn('cached'), lab.filesIn('loading')]).toEqual([[], []])
  })

  it('of a file that changed meanwhile fails', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a', 300)
    const { open } = lab.far
    lab.far.open = (...parameters) => {
      lab.far.add('a', 300, 'v2')
      return open.apply(lab.far, parameters)
    }
    await expect(source.open(file, context)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
    expect(lab.filesIn('cached')).toEqual([])
  })

  it('ends at once when it is aborted, even while the source does not answer', async () => {
    const { source, cache } = lab.cached()
    const file = lab.far.add('a', 300)
    const controller = new AbortController()
    lab.far.onRead = () => {
      setImmediate(() => controller.abort())
      return new Promise(() => {})
    }
    const opening = source.open(file, { ...context, signal: controller.signal })
    await expect(opening).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await cache.usage()).toMatchObject({ bytes: 0, files: 0, pinned: 0 })
    expect(lab.filesIn('loading')).toEqual([])
  })

  it('that is aborted is taken over by who waits for it', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a', 300)
    const controller = new AbortController()
    const reading = deferred()
    lab.far.onRead = () => {
      lab.far.onRead = () => {}
      reading.resolve()
      return new Promise(() => {})
    }
    const first = source.open(file, { ...context, signal: controller.signal })
    await reading.promise
    const second = source.open(file, context)
    controller.abort()
    await expect(first).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await readAndClose(await second)).toEqual(lab.far.bytesOf(file))
  })

  it('is not waited for by who is aborted', async () => {
    const { source, cache } = lab.cached()
    const file = lab.far.add('a', 300)
    const [reading, end] = [deferred(), deferred()]
    lab.far.onRead = () => {
      reading.resolve()
      return end.promise
    }
    const first = source.open(file, context)
    await reading.promise
    const controller = new AbortController()
    const second = source.open(file, { ...context, signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(second).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    end.resolve()
    expect(await readAndClose(await first)).toEqual(lab.far.bytesOf(file))
    expect(await cache.usage()).toMatchObject({ pinned: 0 })
  })

  it('is not taken over from who gives signs of life, however long it takes', async () => {
    const staleAfterMs = 300
    const [first, second] = [lab.cached({ staleAfterMs }), lab.cached({ staleAfterMs })]
    const file = lab.far.add('a', 300)
    const [reading, end] = [deferred(), deferred()]
    lab.far.onRead = () => {
      reading.resolve()
      return end.promise
    }
    const opening = [first.source.open(file, context)]
    await reading.promise
    opening.push(second.source.open(file, context))
    const connection = indexConnection(join(lab.folder, 'index.sqlite'))
    const seen = () => connection.get<{ seen: number }>('SELECT min(seen) AS seen FROM owners')?.seen ?? 0
    for (const begin = seen(); seen() < begin + 0.6; ) await new Promise((resolve) => setTimeout(resolve, 10))
    connection.close()
    end.resolve()
    for (const opened of await Promise.all(opening)) await opened.close()
    expect(lab.far.reads).toBe(1)
  })

  it('that loses its file to nobody knows whom begins anew', async () => {
    const { source } = lab.cached({ chunkBytes: 100 })
    const file = lab.far.add('a', 300)
    lab.far.onRead = () => {
      if (lab.far.reads > 1) return
      for (const name of lab.filesIn('loading')) rmSync(join(lab.folder, 'loading', name))
    }
    expect(await readAndClose(await source.open(file, context))).toEqual(lab.far.bytesOf(file))
    expect(lab.far.reads).toBe(1 + 3)
  })

  it('that loses its file time and again is given up', async () => {
    const { source, cache } = lab.cached()
    const file = lab.far.add('a', 300)
    lab.far.onRead = () => {
      for (const name of lab.filesIn('loading')) rmSync(join(lab.folder, 'loading', name))
    }
    await expect(source.open(file, context)).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE', retryable: true })
    expect(await cache.usage()).toMatchObject({ files: 0, pinned: 0 })
  })
})
