// DataLab beside everyone who does the same and is on this machine: whole processes, in turn, round after round, on the same frames.
// Takes besides --save and --check: --rows NAME,... --rounds NUMBER --size PIXELS
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isBad } from './contest/bars.mjs'
import { checkDiskSpace } from './contest/disk-space.mjs'
import { FrameFiles } from './contest/frames/frame-files.mjs'
import { launcher } from './contest/launcher.mjs'
import { contestOptions, JUDGED_SIZE } from './contest/options.mjs'
import { Programs } from './contest/programs.mjs'
import { rows } from './contest/rows.mjs'
import { runRow } from './contest/run-row.mjs'
import { judgementsText } from './contest/text.mjs'
import { machineFacts, revision } from './harness/machine.mjs'
import { saveResult } from './harness/result-file.mjs'
import { headText } from './harness/table.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'

const TITLE = 'medians, sums, formulas, decoding and the whole flow beside others'

const words = process.argv.slice(2)
const options = contestOptions(words)
const result = await inTemporaryFolder(contest)
if (words.includes('--save')) console.log(`  saved as ${await saveResult(import.meta.url, result)}`)
const isMissed = result.rows.some(({ judgements }) => judgements.some(({ verdict }) => isBad(verdict)))
if (words.includes('--check') && isMissed) process.exitCode = 1

async function contest(folder) {
  const machine = machineFacts()
  console.log(headText('peers', TITLE, machine))
  const wanted = rows.filter(({ id }) => options.rows.includes(id))
  const frames = Math.max(...wanted.map(({ frames }) => frames.count))
  orEnd(() => launcher())
  orEnd(() => checkDiskSpace(folder, { frames, side: options.size }))
  const surroundings = surroundingsIn(folder)
  const results = []
  for (const row of wanted) {
    results.push(await runRow(row, surroundings))
    console.log(judgementsText(results.at(-1).judgements))
  }
  const { versions } = surroundings.programs
  const missing = [...new Set(results.flatMap((row) => row.missing))]
  if (missing.length > 0)
    console.log(`\n  not on this machine: ${missing.join(', ')}; bench/peers/install.sh installs them`)
  const { size, rounds } = options
  const facts = { ...machine, loadAfter: machineFacts().load }
  const measured = new Date().toISOString()
  return {
    name: 'peers',
    title: TITLE,
    measured,
    revision: revision(),
    machine: facts,
    size,
    rounds,
    versions,
    rows: results,
  }
}

/** Ends with a sentence where something has to be there that is not. */
function orEnd(check) {
  try {
    check()
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}

function surroundingsIn(folder) {
  const within = (name) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const sizes = new Map()
  const files = (part) => {
    const side = Math.round(options.size * part)
    if (!sizes.has(side)) sizes.set(side, new FrameFiles(within(`frames-${side}`), side))
    return sizes.get(side)
  }
  const isJudged = options.size === JUDGED_SIZE
  const programs = new Programs(within('programs'))
  return { files, programs, folder: within('runs'), rounds: options.rounds, isJudged, tell: console.log }
}
