import { readJournal } from './journal.mjs'

/**
 * Tells the inputs of a job that some host has noted.
 *
 * @param {string} journal
 * @returns {(key: string) => object | undefined}
 */
export function knownInputs(journal) {
  const known = new Map()
  return (key) => {
    if (!known.has(key)) {
      for (const line of readJournal(journal)) if (line.kind === 'asked') known.set(line.key, line.inputs)
    }
    return known.get(key)
  }
}
