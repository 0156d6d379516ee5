/** A place in an image, in pixels: the centre of its first pixel is (0, 0), x goes to the right, y up. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A map of the plane: (x, y) goes to (xx x + xy y + dx, yx x + yy y + dy). */
export interface Affine {
  readonly xx: number
  readonly xy: number
  readonly yx: number
  readonly yy: number
  readonly dx: number
  readonly dy: number
}

/** The map that leaves every place where it is. */
export const IDENTITY: Affine = { xx: 1, xy: 0, yx: 0, yy: 1, dx: 0, dy: 0 }

/** Where the map takes a place. */
export function mapped({ xx, xy, yx, yy, dx, dy }: Affine, { x, y }: Point): Point {
  return { x: xx * x + xy * y + dx, y: yx * x + yy * y + dy }
}

/** By how much the map makes lengths longer, on average over the directions. */
export function scaleOf({ xx, xy, yx, yy }: Affine): number {
  return Math.sqrt(Math.abs(xx * yy - xy * yx))
}

/** Below this, in pixels, a fitted map is taken for a shift by whole pixels: finer than stars can be measured. */
const SNAP = 0.02

/** The map as a shift by whole pixels, where it is one to within two hundredths of a pixel all over a frame of this size; else as it is. */
export function snapped(map: Affine, { width, height }: { readonly width: number; readonly height: number }): Affine {
  const middle = { x: (width - 1) / 2, y: (height - 1) / 2 }
  const moved = mapped(map, middle)
  const shift = { ...IDENTITY, dx: Math.round(moved.x - middle.x), dy: Math.round(moved.y - middle.y) }
  const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => ({ x, y })))
  const isShift = corners.every((corner) => distance(mapped(map, corner), mapped(shift, corner)) < SNAP)
  return isShift ? shift : map
}

/** Whether the map only shifts, by whole pixels. */
export function isWholeShift({ xx, xy, yx, yy, dx, dy }: Affine): boolean {
  return xx === 1 && xy === 0 && yx === 0 && yy === 1 && Number.isInteger(dx) && Number.isInteger(dy)
}

/** How far apart two places are, in pixels. */
export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
