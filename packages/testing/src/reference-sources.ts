import type { FileSource } from '@datalab/core'

// By the reference itself, so that it holds nothing but JSON.
const sources = new WeakMap<object, FileSource>()

/** Remembers where a reference leads. */
export function rememberSource(reference: object, source: FileSource): void {
  sources.set(reference, source)
}

/** The sources that the references among these inputs were made by. Copies of a reference are not known. */
export function sourcesIn(inputs: unknown): FileSource[] {
  const found = new Set<FileSource>()
  const seen = new Set<object>()
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    const source = sources.get(value)
    if (source !== undefined) found.add(source)
    for (const member of Object.values(value)) visit(member)
  }
  visit(inputs)
  return [...found]
}

/** The sources that are given, and those found of other names. */
export function givenFirst(given: readonly FileSource[], found: readonly FileSource[]): FileSource[] {
  const names = new Set(given.map(({ name }) => name))
  return [...given, ...found.filter(({ name }) => !names.has(name))]
}
