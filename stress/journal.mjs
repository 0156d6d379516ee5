import { appendFileSync, readFileSync } from 'node:fs'
import { folder, pathsIn } from './paths.mjs'

/**
 * Notes what has happened, in a line that outlives this process.
 *
 * @param {string} kind
 * @param {object} facts
 */
export function note(kind, facts = {}) {
  const { journal } = pathsIn(folder)
  appendFileSync(journal, `${JSON.stringify({ kind, at: Date.now(), pid: process.pid, ...facts })}\n`)
}

/** Notes what must not be. */
export function noteViolation(text, facts = {}) {
  note('violation', { text, ...facts })
}

/**
 * All that the processes of a round have noted.
 *
 * @param {string} path
 */
export function readJournal(path) {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}
