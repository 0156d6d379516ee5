import type { Plane } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import { type Machine, PIECES, PIECES_BYTES, SCRATCH } from './machine.js'

/** A band of frames at even distances in the memory, and a place for its result. */
export interface Stack {
  readonly from: number
  readonly stride: number
  readonly to: number
  /** A multiple of 16. */
  readonly pixels: number
  /** Room for columns, of `COLUMN_BYTES`. */
  readonly columns: number
}

const VECTOR = 16
const LINE = 64

/**
 * Calls a kernel for bands of frames: at once where they are in its memory at even distances, else piece by piece.
 *
 * @returns false, without a call, where so many frames do not fit
 */
export function withStack(
  machine: Machine,
  planes: readonly Plane[],
  into: Samples,
  call: (stack: Stack) => void,
): boolean {
  const stride = strideOf(machine, planes)
  const to = machine.addressOf(into)
  const direct = stride === undefined || to === undefined ? 0 : into.length - (into.length % VECTOR)
  const piece = pieceOf(planes, into)
  if (piece === 0) return false
  if (direct > 0) {
    const from = machine.addressOf(planes[0]!)!
    call({ from, stride: stride!, to: to!, pixels: direct, columns: SCRATCH })
  }
  for (let at = direct; at < into.length; at += piece) {
    const end = Math.min(at + piece, into.length)
    callPiece(machine, planes, into, { at, end, stride: piece * planes[0]!.BYTES_PER_ELEMENT + LINE }, call)
  }
  return true
}

function callPiece(
  machine: Machine,
  planes: readonly Plane[],
  into: Samples,
  { at, end, stride }: { at: number; end: number; stride: number },
  call: (stack: Stack) => void,
): void {
  for (const [index, plane] of planes.entries()) machine.copyIn(plane.subarray(at, end), PIECES + index * stride)
  const to = PIECES + planes.length * stride
  const pixels = Math.ceil((end - at) / VECTOR) * VECTOR
  call({ from: PIECES, stride, to, pixels, columns: SCRATCH })
  machine.copyOut(to, into.subarray(at, end))
}

/** How far apart planes are; undefined where they are elsewhere, or not at even distances. */
function strideOf(machine: Machine, planes: readonly Plane[]): number | undefined {
  const addresses = planes.map((plane) => machine.addressOf(plane))
  const [first, second] = addresses
  if (first === undefined) return undefined
  if (planes.length === 1) return 0
  if (second === undefined) return undefined
  const stride = second - first
  return stride > 0 && addresses.every((address, index) => address === first + index * stride) ? stride : undefined
}

/** The most pixels that can be copied in at once, and out; 0 where not even a few can. */
function pieceOf(planes: readonly Plane[], into: Samples): number {
  const bytes = planes[0]!.BYTES_PER_ELEMENT * planes.length + into.BYTES_PER_ELEMENT
  const most = Math.floor((PIECES_BYTES - LINE * (planes.length + 2)) / bytes / VECTOR) * VECTOR
  return Math.max(0, Math.min(most, Math.ceil(into.length / VECTOR) * VECTOR))
}
