import { join } from 'node:path'
import { Header, packFile, writeImage } from '@datalab/fits'
import { calibrated, Sky } from './sky.mjs'

/** Cards that fill the header, as an archive's frames have them. */
const FILLING = 120

/** The steps of fpack's own choice. */
const QUANTIZE = 4

/** The data of frames, by what they are asked for as. `unit` is float32 between 0 and 1, for programs that cut off what is not. */
const FORMS = {
  uint16: (counts) => counts,
  float32: calibrated,
  unit: (counts, side) => calibrated(counts, side).map((value) => value / UNIT),
}

/** What the light of `unit` frames is divided by: a power of two, so that no bit is lost. */
export const UNIT = 2 ** 17

/**
 * The files of frames, each made when it is first asked for, and then kept.
 *
 * Frames are calibrated ones, float32, or raw ones, uint16. Their `.fits.fz` is what fpack makes of them: rows as tiles, RICE_1, floats in
 * steps of a quarter of their noise, with SUBTRACTIVE_DITHER_1.
 */
export class FrameFiles {
  #folder
  #sky
  #files = new Map()

  /**
   * @param {string} folder in which they are to be
   * @param {number} side pixels of a row, and rows
   */
  constructor(folder, side) {
    this.#folder = folder
    this.side = side
  }

  /**
   * The paths of the first so many frames.
   *
   * @param {number} count
   * @param {keyof typeof FORMS} form
   * @param {{ isPacked?: boolean }} [options]
   * @returns {Promise<string[]>}
   */
  async some(count, form, { isPacked = false } = {}) {
    const paths = []
    for (let number = 0; number < count; number++) {
      const plain = await this.#once(`${form}-${number}.fits`, (path) => this.#write(path, number, form))
      paths.push(isPacked ? await this.#once(`${form}-${number}.fits.fz`, (path) => pack(plain, path)) : plain)
    }
    return paths
  }

  async #once(name, make) {
    const path = join(this.#folder, name)
    if (!this.#files.has(path)) this.#files.set(path, make(path))
    await this.#files.get(path)
    return path
  }

  async #write(path, number, form) {
    this.#sky ??= new Sky(this.side)
    const data = FORMS[form](this.#sky.counts(number), this.side)
    await writeImage(path, { data, width: this.side, height: this.side, header: headerOf(number) })
  }
}

function pack(plain, path) {
  return packFile(plain, path, { compression: { quantize: QUANTIZE } })
}

function headerOf(number) {
  const cards = [
    ['EXTNAME', 'SCI'],
    ['EXPTIME', 60],
    ['FILTER', 'rp'],
    ['GAIN', 1],
    ['DATE-OBS', `2026-01-01T00:00:${String(number % 60).padStart(2, '0')}`],
    ...Array.from({ length: FILLING }, (_, card) => [`K${String(card).padStart(5, '0')}`, card * 1.5, 'filling']),
  ]
  return cards.reduce((header, card) => header.set(...card), new Header())
}
