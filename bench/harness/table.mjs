import { isRate } from './statistics.mjs'

/** @import { Row } from './report.mjs' */

/** Columns that are set to the right. */
export const NUMBERS = ['median', 'p95', 'of first', 'samples']

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
  const [head, ...lines] = cellsOf(rows)
  const all = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)))
  const padded = (line) =>
    line.map((cell, column) =>
      NUMBERS.includes(head[column]) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    )
  return all.map((line) => `  ${padded(line).join('  ').trimEnd()}`).join('\n')
}

/**
 * The cells of a table of the rows, its head first. It has a column for ratios to the first row where one has such a ratio.
 *
 * @param {readonly Row[]} rows
 */
export function cellsOf(rows) {
  const hasRatios = rows.some(({ ofFirst }) => ofFirst !== undefined)
  const head = ['what', 'median', 'p95', 'unit', 'samples', 'target', 'verdict']
  const lines = rows.map((row) => [
    row.what,
    figureText(row.median),
    figureText(row.p95),
    row.unit,
    String(row.samples),
    goalText(row),
    row.verdict ?? '',
  ])
  if (!hasRatios) return [head, ...lines]
  const ratios = ['of first', ...rows.map(({ ofFirst }) => (ofFirst === undefined ? '' : figureText(ofFirst)))]
  return [head, ...lines].map((line, index) => line.toSpliced(3, 0, ratios[index]))
}

/** @param {readonly string[]} notes */
export function notesText(notes) {
  return notes.map((note) => `  ${note}`).join('\n')
}

/** @param {Row} row */
function goalText({ unit, target }) {
  return target === undefined ? '' : `${isRate(unit) ? '>' : '<'} ${figureText(target)}`
}

/** Three digits at least, and all those before the point. */
function figureText(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}
