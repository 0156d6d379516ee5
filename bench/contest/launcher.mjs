import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MEASURE = fileURLToPath(new URL('../peers/measure.py', import.meta.url))
const GNU_TIME = '/usr/bin/time'

/** Where Python may be, the system's first: Debian's packages are its. */
export const PYTHONS = ['/usr/bin/python3', 'python3']

/** Seconds of the processor in steps of which GNU time tells them. */
const STEP = 0.01

/**
 * A program that runs another and writes down what the kernel says that it took: that is told to none but the parent, and Node does not ask.
 *
 * @typedef {object} Launcher
 * @property {(path: string) => string[]} words that begin the command line of one that writes to that file
 * @property {(text: string) => { wall?: number, cpu: number, rss: number }} read what it wrote; the time on the wall where it tells that well
 */

/** @type {Launcher | undefined} */
let found

/**
 * The launcher of this machine.
 *
 * @returns {Launcher}
 * @throws where there is neither Python nor GNU time
 */
export function launcher() {
  if (!canMeasure())
    throw new Error(`To measure processes python3 has to be there, or GNU time at ${GNU_TIME}: bench/peers/install.sh`)
  return found
}

/** Whether processes can be measured on this machine. */
export function canMeasure() {
  found ??= withPython() ?? withGnuTime()
  return found !== undefined
}

/** @returns {Launcher | undefined} */
function withPython() {
  const python = PYTHONS.find((name) => isThere(name, '-I', '-c', 'import os; os.waitstatus_to_exitcode'))
  return python && { words: (path) => [python, '-I', MEASURE, path], read: (text) => JSON.parse(text) }
}

/** @returns {Launcher | undefined} */
function withGnuTime() {
  if (!isThere(GNU_TIME, '-q', '-o', '/dev/null', '-f', '%e', 'true')) return undefined
  return { words: (path) => [GNU_TIME, '-q', '-o', path, '-f', '{"user":%U,"system":%S,"kib":%M}'], read: readGnuTime }
}

/** It tells what is less than a hundredth of a second as 0, which no ratio is of. */
function readGnuTime(text) {
  const { user, system, kib } = JSON.parse(text)
  return { cpu: Math.max(STEP / 2, user + system), rss: kib * 1024 }
}

function isThere(program, ...words) {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0
}
