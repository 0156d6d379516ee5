/** A place in the sky, in degrees. */
export interface SkyPlace {
  /** Right ascension, or whatever longitude the axes have: from 0 to 360. */
  readonly lon: number
  /** Declination, or whatever latitude the axes have: from -90 to 90. */
  readonly lat: number
}

const DEGREE = Math.PI / 180

/**
 * The gnomonic projection (TAN) from a plane that touches the sky at one place.
 *
 * Source: M. R. Calabretta, E. W. Greisen 2002, A&A 395, 1077, sections 2.4 and 5.1.3.
 */
export class Gnomonic {
  readonly #lon: number
  readonly #sin: number
  readonly #cos: number
  readonly #lat: number
  readonly #poleSin: number
  readonly #poleCos: number

  /**
   * @param centre Where the plane touches.
   * @param pole LONPOLE, the native longitude of the sky's pole, in degrees.
   */
  constructor(centre: SkyPlace, pole: number) {
    this.#lon = centre.lon
    this.#lat = centre.lat * DEGREE
    this.#sin = Math.sin(this.#lat)
    this.#cos = Math.cos(this.#lat)
    this.#poleSin = Math.sin(pole * DEGREE)
    this.#poleCos = Math.cos(pole * DEGREE)
  }

  /** The place in the sky of a point of the plane, in degrees along its axes. */
  toSky(x: number, y: number): SkyPlace {
    // The direction of the point, turned so that the pole of the sky is where the native longitude is 0.
    const towards = 1
    const along = (x * this.#poleSin - y * this.#poleCos) * DEGREE
    const across = (x * this.#poleCos + y * this.#poleSin) * DEGREE
    const level = towards * this.#cos - along * this.#sin
    const lon = this.#lon + Math.atan2(-across, level) / DEGREE
    const lat = Math.atan2(towards * this.#sin + along * this.#cos, Math.hypot(across, level)) / DEGREE
    return { lon: fromZero(lon), lat }
  }

  /** The point of the plane, in degrees along its axes, that shows a place in the sky; undefined 90 degrees from the centre and beyond. */
  toPlane({ lon, lat }: SkyPlace): readonly [x: number, y: number] | undefined {
    const turn = (lon - this.#lon) * DEGREE
    const latitude = lat * DEGREE
    const [sin, cos] = [Math.sin(latitude), Math.cos(latitude)]
    const across = -cos * Math.sin(turn)
    // As the difference of the latitudes, and a small rest: nothing of it is lost near the centre.
    const along = Math.sin(latitude - this.#lat) + 2 * cos * this.#sin * Math.sin(turn / 2) ** 2
    const towards = sin * this.#sin + cos * this.#cos * Math.cos(turn)
    if (!(towards > 1e-9)) return undefined
    const scale = 1 / (towards * DEGREE)
    return [
      (across * this.#poleCos + along * this.#poleSin) * scale,
      (across * this.#poleSin - along * this.#poleCos) * scale,
    ]
  }
}

function fromZero(lon: number): number {
  const turned = lon % 360
  return turned < 0 ? turned + 360 : turned
}
