import { isRate } from './statistics.mjs'

/** @import { Row } from './report.mjs' */

/**
 * What is measured, and on what.
 *
 * @param {string} name
 * @param {string} title
 * @param {ReturnType<typeof import('./machine.mjs').machineFacts>} machine
 */
export function headText(name, title, { cpu, cores, memoryGiB, system, node, load }) {
  return `\n${name}: ${title}\n  ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, load average ${load}`
}

/**
 * The rows as a table.
 *
 * @param {readonly Row[]} rows
 */
export function rowsText(rows) {
  const lines = [['what', 'median', 'p95', 'unit', 'samples', 'target', 'verdict'], ...rows.map(cellsOf)]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const isNumber = (column) => [1, 2, 4].includes(column)
  const padded = (line) =>
    line.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
  return lines.map((line) => `  ${padded(line).join('  ').trimEnd()}`).join('\n')
}

/** @param {readonly string[]} notes */
export function notesText(notes) {
  return notes.map((note) => `  ${note}`).join('\n')
}

/** @param {Row} row */
function cellsOf(row) {
  const { what, unit, median, p95, samples, verdict = '' } = row
  return [what, figureText(median), figureText(p95), unit, String(samples), goalText(row), verdict]
}

/**
 * What a row is to reach; nothing where there is no target.
 *
 * @param {Pick<Row, 'unit' | 'target'>} row
 */
export function goalText({ unit, target }) {
  return target === undefined ? '' : `${isRate(unit) ? '>' : '<'} ${figureText(target)}`
}

/**
 * Three digits at least, and all those before the point.
 *
 * @param {number} value
 */
export function figureText(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}
