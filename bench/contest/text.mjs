/** @import { Judgement } from './bars.mjs' */

/**
 * What a row came to, for a terminal.
 *
 * @param {readonly Judgement[]} judgements
 */
export function judgementsText(judgements) {
  return judgements
    .map((one) => {
      const cpu = one.cpu === undefined ? '' : `, of processors ${figureText(one.cpu)}`
      const bar = one.bound === undefined ? '' : `  (${barText(one)}: ${one.verdict})`
      return `  -> ${one.against}: ${figureText(one.wall)}${cpu}${bar}`
    })
    .join('\n')
}

/**
 * What a bar wants, in words.
 *
 * @param {Judgement} judgement
 */
export function barText({ bound, aim, isUpper }) {
  const least = `at ${isUpper ? 'most' : 'least'} ${bound}`
  return aim === undefined ? least : `${least}, aim ${aim}`
}

/**
 * Three digits.
 *
 * @param {number} value
 */
export function figureText(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
