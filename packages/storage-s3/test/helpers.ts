import { setTimeout } from 'node:timers/promises'
import { type ByteSource, type DataLabError, type ObjectStorage, readAll } from '@datalab/core'
import { expect } from 'vitest'

/** Delays as a storage asked for them; those before it tries again take a hundredth of their time. */
export class QuickTime {
  readonly delays: number[] = []

  readonly wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    this.delays.push(ms)
    return setTimeout(ms < 1000 ? ms / 100 : ms, undefined, signal === undefined ? {} : { signal })
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Bytes that differ from place to place, always the same. */
export function pattern(length: number, seed = 1): Uint8Array {
  const result = new Uint8Array(length)
  for (let i = 0; i < length; i++) result[i] = (i * 31 + (i >> 8) * seed + (i >> 16) * 7) & 255
  return result
}

/** A body of unknown length, in pieces whose memory is used again. */
export async function* inPieces(body: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(size)
  for (let start = 0; start < body.length; start += size) {
    const part = body.subarray(start, start + size)
    piece.set(part)
    yield piece.subarray(0, part.length)
  }
}

/** All bytes of an object. */
export async function bytesOf(storage: ObjectStorage, key: string): Promise<Uint8Array> {
  return drain(await opened(storage, key))
}

export async function opened(storage: ObjectStorage, key: string): Promise<ByteSource> {
  const source = await storage.open(key)
  return source ?? expect.unreachable(`${key} is not there`)
}

async function drain(source: ByteSource): Promise<Uint8Array> {
  try {
    return await readAll(source, { limit: 1e9 })
  } finally {
    await source.close()
  }
}

/** That bytes are equal; `toEqual` takes long for many. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length)
  expect(Buffer.compare(actual, expected)).toBe(0)
}

/** The error that something fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<DataLabError> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  )
}
