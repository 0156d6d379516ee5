import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, test, vi } from 'vitest'

/** How threads fail to start: `EAGAIN` is thrown, `EMFILE` told later. */
const system = vi.hoisted(() => ({ fails: 'at once' as 'at once' | 'later' }))

vi.mock('node:worker_threads', async (original) => ({
  ...(await original<typeof import('node:worker_threads')>()),
  Worker: class extends EventEmitter {
    constructor() {
      super()
      if (system.fails === 'at once') throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' })
      setImmediate(() => {
        this.emit('error', Object.assign(new Error('EMFILE'), { code: 'ERR_WORKER_INIT_FAILED' }))
        this.emit('exit', 1)
      })
    }
    postMessage() {}
    ref() {}
    unref() {}
  },
}))

import { WorkerPool } from '../src/combine/worker-pool.js'
import {
  combineBands,
  type EncodeRowsOptions,
  encodeRows,
  type Plane,
  prepareEncoding,
  type Rows,
} from '../src/index.js'
import { noise } from './support.js'

const WIDTH = 700
const HEIGHT = 400
const frames = [1, 2, 3].map((seed) => {
  const values = Float32Array.from(noise(WIDTH * HEIGHT, seed))
  return {
    readBand: ({ from, to }: Rows, into: Plane) => void into.set(values.subarray(from * WIDTH, to * WIDTH)),
  }
})

async function combined(workers: number): Promise<Float32Array> {
  const result = new Float32Array(WIDTH * HEIGHT)
  const options = { method: 'median', width: WIDTH, height: HEIGHT, workers } as const
  for await (const { rows, values } of combineBands(frames, options)) result.set(values, rows.from * WIDTH)
  return result
}

async function encoded(workers: number): Promise<Buffer> {
  const options: EncodeRowsOptions = {
    ...{ width: WIDTH, height: HEIGHT, level: 4, dithering: 'SUBTRACTIVE_DITHER_1', firstSeed: 1, workers },
  }
  const pieces: Uint8Array[] = []
  const band = Float32Array.from(noise(100 * WIDTH, 7))
  async function* bands() {
    for (let row = 0; row < HEIGHT; row += 100) yield band
  }
  for await (const { bytes } of encodeRows(bands(), options)) pieces.push(bytes.slice())
  return Buffer.concat(pieces)
}

describe.each(['at once', 'later'] as const)('where the system gives no thread, and says so %s,', (fails) => {
  beforeEach(() => {
    system.fails = fails
  })

  test('bands are combined and coded all the same', async () => {
    expect(await combined(2)).toEqual(await combined(0))
    expect(Buffer.compare(await encoded(2), await encoded(0))).toBe(0)
    expect(() => prepareEncoding({ width: 10_000, height: 10_000 })).not.toThrow()
  })

  test('rows of files are to be read in another way', async () => {
    const pool = new WorkerPool(2)
    const job = { kind: 'stored', session: 1, rows: { from: 0, to: 1 }, buffer: new SharedArrayBuffer(8) } as const
    expect(await Promise.all(Array.from({ length: 5 }, () => pool.run(job)))).toEqual(new Array(5).fill(false))
  })
})
