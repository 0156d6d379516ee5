import type { ByteSource } from './byte-source.js'
import type { HeapRange } from './descriptor.js'
import { readBytes } from './read-bytes.js'

/** Ranges that are no further apart are read together, with what lies between them. */
const LARGEST_GAP = 16 * 1024

/** The most bytes that ranges are put together to. */
const LARGEST_READ = 4 * 1024 * 1024

/** Ranges that one read gives. */
interface Run {
  readonly offset: number
  end: number
  /** The places of the ranges among those asked for. */
  readonly members: number[]
}

/** The heap of a binary table: the bytes that its cells of variable length point to. */
export interface TableHeap {
  readonly source: ByteSource
  /** The byte of the file it begins at. */
  readonly offset: number
  readonly length: number
}

/**
 * The bytes of each range, in memory of its own; neighbours are read together, whatever their order.
 *
 * @throws FITS_TRUNCATED when the file ends first.
 */
export async function readHeap(heap: TableHeap, ranges: readonly HeapRange[]): Promise<Uint8Array<ArrayBuffer>[]> {
  const found: Uint8Array<ArrayBuffer>[] = ranges.map(() => new Uint8Array(0))
  for (const run of runsOf(ranges)) {
    const bytes = await readBytes(heap.source, heap.offset + run.offset, run.end - run.offset)
    for (const member of run.members) {
      const { offset, length } = ranges[member]!
      found[member] = bytes.slice(offset - run.offset, offset - run.offset + length)
    }
  }
  return found
}

function runsOf(ranges: readonly HeapRange[]): Run[] {
  const order = ranges.flatMap(({ length }, index) => (length > 0 ? [index] : []))
  order.sort((a, b) => ranges[a]!.offset - ranges[b]!.offset)
  const runs: Run[] = []
  for (const member of order) {
    const { offset, length } = ranges[member]!
    const last = runs.at(-1)
    const end = Math.max(offset + length, last?.end ?? 0)
    if (last && offset <= last.end + LARGEST_GAP && end - last.offset <= LARGEST_READ) {
      last.end = end
      last.members.push(member)
    } else {
      runs.push({ offset, end: offset + length, members: [member] })
    }
  }
  return runs
}
