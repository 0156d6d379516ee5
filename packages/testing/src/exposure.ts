import type { Plane } from './plane.js'
import type { SeededRandom } from './seeded-random.js'

/** Adds charged particles: most leave a spot, some a track. */
export function addCosmicRays(plane: Plane, mask: Uint8Array, count: number, random: SeededRandom): void {
  const { width, height } = plane
  for (let ray = 0; ray < count; ray++) {
    const angle = random.between(0, 2 * Math.PI)
    const length = random.uniform() < 0.3 ? random.between(3, 20) : 0
    const charge = random.logBetween(500, 8000)
    const [x, y] = [random.between(0, width), random.between(0, height)]
    for (let step = 0; step <= length; step++) {
      const column = Math.floor(x + step * Math.cos(angle))
      const row = Math.floor(y + step * Math.sin(angle))
      if (column >= 0 && column < width && row >= 0 && row < height) add(plane, mask, row * width + column, charge)
    }
  }
}

/** A satellite's electrons in the middle of its trail, the half width of the trail, and how far its light is drawn; in pixels. */
const TRAIL = { peak: 2000, sigma: 1.2, reach: 5 }

/** Adds a straight trail through the frame, from one of its edges to another. */
export function addSatellite(plane: Plane, mask: Uint8Array, random: SeededRandom): void {
  const { width, height } = plane
  const angle = random.between(0, Math.PI)
  const [x0, y0] = [random.between(0.3, 0.7) * width, random.between(0.3, 0.7) * height]
  const [nx, ny] = [-Math.sin(angle), Math.cos(angle)]
  for (let y = 0, pixel = 0; y < height; y++)
    for (let x = 0; x < width; x++, pixel++) {
      const distance = (x - x0) * nx + (y - y0) * ny
      if (Math.abs(distance) > TRAIL.reach) continue
      add(plane, mask, pixel, TRAIL.peak * Math.exp(-0.5 * (distance / TRAIL.sigma) ** 2))
    }
}

function add(plane: Plane, mask: Uint8Array, pixel: number, electrons: number): void {
  plane.values[pixel] = (plane.values[pixel] ?? 0) + electrons
  mask[pixel] = 1
}

/** What the detector makes of a plane, in counts. */
export function exposed(
  { values }: Plane,
  { gain, readNoise, noise }: { gain: number; readNoise: number; noise: boolean },
  random: SeededRandom,
): Float32Array {
  return Float32Array.from(values, (expected) => {
    const electrons = noise ? random.poisson(expected) + readNoise * random.normal() : expected
    return electrons / gain
  })
}
