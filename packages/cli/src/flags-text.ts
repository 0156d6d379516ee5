import { type Flag, spelled } from './flags.js'

/** The list of flags, each with what it does. */
export function flagsText(flags: readonly Flag[]): string {
  const width = Math.max(...flags.map((flag) => flagSynopsis(flag).length))
  return ['Flags:', ...flags.map((flag) => `  ${flagSynopsis(flag).padEnd(width)}  ${flag.summary}`)].join('\n')
}

/** A flag with its value: `--out DIR`. */
export function flagSynopsis(flag: Flag): string {
  const value = flag.placeholder ? ` ${flag.placeholder}${flag.takes === 'values' ? '...' : ''}` : ''
  return `${spelled(flag)}${value}`
}
