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
  // Whoever noted something before may have been killed in the midst of it.
  appendFileSync(journal, `\n${JSON.stringify({ kind, at: Date.now(), pid: process.pid, ...facts })}\n`)
}

/** Notes what must not be. */
export function noteViolation(text, facts = {}) {
  note('violation', { text, ...facts })
}

/**
 * All that the processes of a round have noted, but for what is cut, as of a process that was killed meanwhile, or is about to note it.
 *
 * @param {string} path
 */
export function readJournal(path) {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').flatMap(parsed)
}

function parsed(line) {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}
