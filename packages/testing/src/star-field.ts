import { addCosmicRays, addSatellite, exposed } from './exposure.js'
import { drawStar, type Plane } from './plane.js'
import { type SeededRandom, seededRandom } from './seeded-random.js'

/** What a star field shows, and how it is exposed. Lengths are in pixels. */
export interface StarFieldOptions {
  /** Which field: where its stars are, and how bright; 1 by default. */
  readonly seed?: number
  /** Which exposure of the field: its noise, cosmic rays and satellite; 0 by default. */
  readonly exposure?: number
  /** 256 by default. */
  readonly width?: number
  /** As `width` by default. */
  readonly height?: number
  /** Stars in the frame of an exposure that is not moved; 50 by default. Beyond its edges they are as dense. */
  readonly stars?: number
  /** The least and the highest flux of a star, in electrons; 2,000 to 200,000 by default, each factor of two as likely as any other. */
  readonly flux?: readonly [least: number, highest: number]
  /** Electrons in each pixel where there is no star; 100 by default. */
  readonly sky?: number
  /** Electrons per count; 1 by default. */
  readonly gain?: number
  /** Standard deviation of the read noise, in electrons; 5 by default. */
  readonly readNoise?: number
  /** False: every pixel is what is expected of it, without photon and read noise. */
  readonly noise?: boolean
  /** Full width of a star at half its maximum; 3 by default. The profile is a Gaussian, whose sum is the flux from 1.5 pixels on. */
  readonly fwhm?: number
  /** By how much the stars are moved to the right and up, after they are turned and scaled; none by default. */
  readonly shift?: readonly [x: number, y: number]
  /** By how many degrees the stars are turned counter-clockwise about the middle of the frame; 0 by default. */
  readonly rotation?: number
  /** By what factor the distances from the middle of the frame grow; 1 by default. */
  readonly scale?: number
  /** Charged particles that hit the detector; 0 by default. */
  readonly cosmicRays?: number
  /** Whether a satellite crosses the whole frame; it does not by default. */
  readonly satellite?: boolean
}

/** A star, as it is in a frame. */
export interface FieldStar {
  /** The same star has the same number in every exposure of its field. */
  readonly id: number
  /** Pixels from the centre of the first pixel, to the right. */
  readonly x: number
  /** Pixels from the centre of the first pixel, up. */
  readonly y: number
  /** Counts of the whole star, without sky. */
  readonly flux: number
}

/** An exposure whose truth is known. It is a frame for `memoryImages`, and an image for `writeImage` of `@datalab/fits`. */
export interface StarField {
  /** Counts, row after row, the bottom row first. */
  readonly data: Float32Array
  readonly width: number
  readonly height: number
  /** The stars whose centres lie in the frame, by their numbers. */
  readonly stars: readonly FieldStar[]
  /** 1 for each pixel that a cosmic ray or a satellite added to, else 0. */
  readonly mask: Uint8Array
}

type Settings = Required<StarFieldOptions>

/**
 * Draws an exposure of a field of stars. Equal options give equal pixels.
 *
 * @example
 * const reference = starField({ seed: 7 })
 * const moved = starField({ seed: 7, exposure: 1, shift: [3.5, -2], rotation: 0.2, satellite: true })
 */
export function starField(options: StarFieldOptions = {}): StarField {
  const settings = settingsOf(options)
  const { seed, exposure, width, height, sky, gain, fwhm } = settings
  const plane: Plane = { width, height, values: new Float64Array(width * height).fill(sky) }
  const all = catalogue(settings).map((star) => moved(star, settings))
  for (const star of all) drawStar(plane, star, fwhm)
  const mask = new Uint8Array(width * height)
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(exposure + 1, 0x85ebca6b))
  addCosmicRays(plane, mask, settings.cosmicRays, random)
  if (settings.satellite) addSatellite(plane, mask, random)
  const stars = all
    .filter((star) => isWithin(star, settings))
    .map(({ id, x, y, flux }) => ({ id, x, y, flux: flux / gain }))
  return { data: exposed(plane, settings, random), width, height, stars, mask }
}

function settingsOf(options: StarFieldOptions): Settings {
  const { width = 256 } = options
  const settings: Settings = {
    seed: 1,
    exposure: 0,
    width,
    height: width,
    stars: 50,
    flux: [2000, 200_000],
    sky: 100,
    gain: 1,
    readNoise: 5,
    noise: true,
    fwhm: 3,
    shift: [0, 0],
    rotation: 0,
    scale: 1,
    cosmicRays: 0,
    satellite: false,
    ...options,
  }
  for (const name of ['width', 'height'] as const)
    if (!Number.isSafeInteger(settings[name]) || settings[name] < 1)
      throw new TypeError(`A star field cannot have a ${name} of ${settings[name]}; give a whole number from 1.`)
  for (const name of ['gain', 'fwhm', 'scale'] as const)
    if (!(settings[name] > 0))
      throw new TypeError(`A star field cannot have a ${name} of ${settings[name]}; give more than 0.`)
  return settings
}

/** The stars in electrons, at rest: first those in the frame, then those as far around it as half its size. */
function catalogue(settings: Settings): FieldStar[] {
  const { seed, width, height, stars, flux } = settings
  const random = seededRandom(seed)
  const within = Array.from({ length: stars }, (_, id) =>
    star(id, random.between(-0.5, width - 0.5), random.between(-0.5, height - 0.5), flux, random),
  )
  // Four times the area holds four times as many; those that fall into the frame are there already.
  const around = Array.from({ length: 4 * stars }, (_, index) =>
    star(stars + index, random.between(-0.5, 1.5) * width, random.between(-0.5, 1.5) * height, flux, random),
  )
  return [...within, ...around.filter((one) => !isWithin(one, settings))]
}

function star(id: number, x: number, y: number, flux: readonly [number, number], random: SeededRandom): FieldStar {
  return { id, x, y, flux: random.logBetween(...flux) }
}

function moved({ id, x, y, flux }: FieldStar, { width, height, shift, rotation, scale }: Settings): FieldStar {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2]
  const angle = (rotation * Math.PI) / 180
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
  const [dx, dy] = [x - cx, y - cy]
  return { id, x: cx + cos * dx - sin * dy + shift[0], y: cy + sin * dx + cos * dy + shift[1], flux }
}

function isWithin({ x, y }: FieldStar, { width, height }: Settings): boolean {
  return x >= -0.5 && x < width - 0.5 && y >= -0.5 && y < height - 0.5
}
