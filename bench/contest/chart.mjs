import { timeText } from './page.mjs'
import { figureText } from './text.mjs'

/** @import { RowResult } from './run-row.mjs' */

const WIDTH = 860
const NAMES = 150
const BARS = 480
const LINE = 18
const TITLE = 30
const MARGIN = 16

const COLOURS = { ours: '#2563a8', original: '#b4552d', peer: '#8a8f98', floor: '#c9ccd1' }

/**
 * How long everyone took, as bars: a group for each row in which somebody else was, whose longest bar is its slowest contestant.
 *
 * @param {readonly RowResult[]} rows
 * @returns {string} an SVG
 */
export function chart(rows) {
  let y = MARGIN
  const groups = []
  for (const row of rows.filter(({ contestants }) => contestants.length > 1)) {
    groups.push(groupOf(row, y))
    y += TITLE + row.contestants.length * LINE + MARGIN
  }
  const style = '<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}</style>'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">`,
    '<title>How long DataLab and others take</title>',
    style,
    `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
    ...groups,
    '</svg>\n',
  ].join('\n')
}

function groupOf({ title, contestants }, y) {
  const sorted = [...contestants].sort((one, other) => one.wall - other.wall)
  const longest = sorted.at(-1).wall
  const ours = contestants.find(({ role }) => role === 'ours').wall
  const bars = sorted.map((one, index) => barOf(one, { y: y + TITLE + index * LINE, longest, ours }))
  return [text(MARGIN, y + LINE, title, 'class="title"'), ...bars].join('\n')
}

function barOf({ name, role, wall }, { y, longest, ours }) {
  const left = MARGIN + NAMES
  const width = Math.max(1, (wall / longest) * BARS)
  const ratio = role === 'ours' ? '' : `, ${figureText(wall / ours)} x`
  return [
    text(left - 8, y + LINE - 5, name, 'text-anchor="end"'),
    `<rect x="${left}" y="${y + 2}" width="${width.toFixed(1)}" height="${LINE - 4}" fill="${COLOURS[role]}"/>`,
    text((left + width + 6).toFixed(1), y + LINE - 5, `${timeText(wall)}${ratio}`),
  ].join('\n')
}

function text(x, y, words, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(words)}</text>`
}

function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
