import type { StoredPixels } from './samples.js'

/** A box of an image's pixels; lists begin with the fastest axis. */
export interface Section {
  readonly start: readonly number[]
  /** Pixels along each axis. */
  readonly size: readonly number[]
}

/** Pixels that follow one another in an array. */
export interface PixelRun {
  /** Place of the first in the array. */
  readonly at: number
  readonly length: number
}

/** The number of pixels of a section. */
export function sectionPixels({ size }: Section): number {
  return size.reduce((a, b) => a * b, 1)
}

/** The whole of an array of these lengths. */
export function wholeSection(size: readonly number[]): Section {
  return { start: size.map(() => 0), size }
}

/** The pixels that two sections share; undefined where they share none. */
function intersect(a: Section, b: Section): Section | undefined {
  const start = a.start.map((from, axis) => Math.max(from, b.start[axis]!))
  const size = start.map((from, axis) => {
    return Math.min(a.start[axis]! + a.size[axis]!, b.start[axis]! + b.size[axis]!) - from
  })
  return size.every((length) => length > 0) ? { start, size } : undefined
}

/** Whether all pixels of `inner` are in `outer`. */
export function isWithin(inner: Section, outer: Section): boolean {
  return inner.start.every((from, axis) => {
    const outerFrom = outer.start[axis]!
    return from >= outerFrom && from + inner.size[axis]! <= outerFrom + outer.size[axis]!
  })
}

/**
 * The runs of a section within an array that holds `whole`, in the order of its pixels: as few as there can be, all of one length.
 *
 * @param section Within `whole`, and not empty.
 */
export function* runsOf(section: Section, whole: Section): Generator<PixelRun, void> {
  const { size } = section
  let joined = 1
  // As long as an axis is taken wholly, the next one goes on without a gap.
  while (joined < size.length && size[joined - 1] === whole.size[joined - 1]) joined++
  const length = size.slice(0, joined).reduce((a, b) => a * b, 1)
  for (const at of placesOf(section, whole, joined)) yield { at, length }
}

/** So few pixels are copied before an array can be made of them: columns are cut into runs of one. */
const FEW_PIXELS = 16

/** Copies the pixels that two boxes share from an array that holds `fromBox` to one of the same type that holds `intoBox`. */
export function copyShared(from: StoredPixels, fromBox: Section, into: StoredPixels, intoBox: Section): void {
  const shared = intersect(fromBox, intoBox)
  if (!shared) return
  const [length = 1, rows = 1] = shared.size
  const places = placesOf(shared, intoBox, 2)
  for (let at of placesOf(shared, fromBox, 2)) {
    let to = places.next().value as number
    for (let row = 0; row < rows; row++) {
      if (length > FEW_PIXELS) into.set(from.subarray(at, at + length) as never, to)
      else for (let i = 0; i < length; i++) into[to + i] = from[at + i]!
      at += fromBox.size[0]!
      to += intoBox.size[0]!
    }
  }
}

/** Where in an array that holds `whole` a section goes on, each time one of the axes from `axis` on takes a step. */
function* placesOf(section: Section, whole: Section, axis: number): Generator<number, void> {
  const strides = stridesOf(whole.size)
  const position = section.size.map(() => 0)
  let at = section.start.reduce((sum, from, i) => sum + (from - whole.start[i]!) * strides[i]!, 0)
  for (let i = 0; i < position.length; ) {
    yield at
    for (i = axis; i < position.length; i++) {
      at += strides[i]!
      position[i] = position[i]! + 1
      if (position[i]! < section.size[i]!) break
      at -= position[i]! * strides[i]!
      position[i] = 0
    }
  }
}

/** From one pixel to the next along each axis, of an array of these lengths. */
function stridesOf(lengths: readonly number[]): number[] {
  let stride = 1
  return lengths.map((length) => {
    const own = stride
    stride *= length
    return own
  })
}
