import { isMet, summary } from './statistics.mjs'

/**
 * One figure of a benchmark.
 *
 * @typedef {object} Row
 * @property {string} what
 * @property {string} unit of both figures and the target
 * @property {number} median
 * @property {number} p95
 * @property {number} samples how many there were
 * @property {number} [target]
 * @property {'met' | 'missed'} [verdict] of the median
 * @property {number} [ofFirst] how many times the first row's median it is, where that is asked for
 */

/** What a benchmark has found so far. */
export class Report {
  /** @type {Row[]} */
  rows = []
  /** @type {string[]} */
  notes = []

  /**
   * Adds a figure.
   *
   * @param {string} what
   * @param {readonly number[]} samples in the unit given
   * @param {{ unit: string, target?: number, isOfFirst?: boolean }} terms a unit that ends in `/s` is a rate: its target is to be exceeded, any
   * other is to be kept below; `isOfFirst` has it compared to the first row, which has the same unit
   */
  row(what, samples, { unit, target, isOfFirst = false }) {
    const { median, p95 } = summary(samples, unit)
    const judged = target === undefined ? {} : { target, verdict: isMet(median, unit, target) ? 'met' : 'missed' }
    const compared = isOfFirst ? { ofFirst: median / this.rows[0].median } : {}
    this.rows.push({ what, unit, median, p95, samples: samples.length, ...judged, ...compared })
  }

  /**
   * Adds a sentence that the reader of the figures should know, such as what could not be measured.
   *
   * @param {string} sentence
   */
  note(sentence) {
    this.notes.push(sentence)
  }

  isAnyMissed() {
    return this.rows.some(({ verdict }) => verdict === 'missed')
  }

  json() {
    return { rows: this.rows, notes: this.notes }
  }
}
