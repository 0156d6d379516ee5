import { types } from 'node:util'
import { bodyPieces, type ObjectBody } from '@datalab/core'
import { partSize } from './part-size.js'

/** A part of a body, to be sent by itself. */
export interface Part {
  /** From 1. */
  readonly number: number
  readonly bytes: Uint8Array
  /** Whether the body ends with it. */
  readonly isLast: boolean
}

const FIRST_BUFFER_BYTES = 64 * 1024

/** Cuts one body into parts. Their memory is used again for later ones, once they are released. */
export class BodyParts {
  readonly #free: Uint8Array[] = []
  #isOwnMemory = false

  /** @param first bytes of the first part */
  constructor(private readonly first: number) {}

  /**
   * The parts of a body: at least one, and the last one known as such. It is read no further than a part ahead.
   *
   * @throws BodyFailure with what the body throws; DATALAB_ABORTED.
   */
  async *of(body: ObjectBody, signal: AbortSignal): AsyncGenerator<Part, void, void> {
    if (types.isUint8Array(body)) return yield* this.#slices(body)
    this.#isOwnMemory = true
    let number = 1
    let buffer: Uint8Array = Buffer.allocUnsafe(FIRST_BUFFER_BYTES)
    let filled = 0
    for await (const piece of bodyPieces(body, signal)) {
      for (let used = 0; used < piece.length; ) {
        const size = partSize(number, this.first)
        if (filled === size) {
          yield { number, bytes: buffer, isLast: false }
          buffer = this.#take(partSize(++number, this.first))
          filled = 0
        } else if (filled === buffer.length) {
          buffer = enlarged(buffer, size)
        }
        const next = piece.subarray(used, used + buffer.length - filled)
        buffer.set(next, filled)
        filled += next.length
        used += next.length
      }
    }
    yield { number, bytes: buffer.subarray(0, filled), isLast: true }
  }

  /** Says that nobody needs a part's bytes any more. */
  release({ bytes }: Part): void {
    if (this.#isOwnMemory) this.#free.push(bytes)
  }

  *#slices(body: Uint8Array): Generator<Part, void, void> {
    for (let number = 1, start = 0; ; number++) {
      const end = start + partSize(number, this.first)
      yield { number, bytes: body.subarray(start, end), isLast: end >= body.length }
      if (end >= body.length) return
      start = end
    }
  }

  #take(size: number): Uint8Array {
    const free = this.#free.pop()
    return free?.length === size ? free : Buffer.allocUnsafe(size)
  }
}

/** A larger buffer with the same beginning. Until it is needed, a short body takes no memory for a whole part. */
function enlarged(buffer: Uint8Array, size: number): Uint8Array {
  const larger = Buffer.allocUnsafe(size)
  larger.set(buffer)
  return larger
}
