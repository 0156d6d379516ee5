import { type CommandError, usageError } from './command-error.js'
import { dashed, type Flag, spelled } from './flags.js'
import { nearest } from './nearest.js'

/** What a command line says. */
export class ParsedArguments {
  constructor(
    readonly positionals: readonly string[],
    private readonly given: ReadonlyMap<string, readonly string[]>,
  ) {}

  has({ name }: Pick<Flag, 'name'>): boolean {
    return this.given.has(name)
  }

  /** The one value of a flag. */
  value({ name }: Pick<Flag, 'name'>): string | undefined {
    return this.given.get(name)?.[0]
  }

  /** All values of a flag, in order. */
  values({ name }: Pick<Flag, 'name'>): readonly string[] {
    return this.given.get(name) ?? []
  }
}

/**
 * Reads `--name value`, `--name=value`, `--name value value...` for flags that take several, and what stands by itself. `--` ends the flags.
 *
 * A number below zero is a value, not a flag.
 *
 * @throws CommandError for what is no flag, and for flags without their value.
 */
export function parseArguments(argv: readonly string[], flags: readonly Flag[]): ParsedArguments {
  return new Parser(argv, flags).parse()
}

/**
 * The first argument that belongs to no flag, and all others.
 *
 * @param flags those that may stand before it
 * @throws CommandError when another flag stands before it: how many arguments are its values is not known yet.
 */
export function splitFirst(argv: readonly string[], flags: readonly Flag[]): { first?: string; rest: string[] } {
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index]!
    if (!isFlag(argument)) return { first: argument, rest: argv.toSpliced(index, 1) }
    const { name, inline } = flagParts(argument)
    const flag = flags.find((one) => dashed(one.name) === name)
    if (flag === undefined) throw usageError(`Name the operation before '${argument}'.`)
    if (flag.takes === 'value' && inline === undefined) index++
  }
  return { rest: [...argv] }
}

/** Flags that can be written with one letter. */
const SHORT: Readonly<Record<string, string>> = { '-h': 'help', '-o': 'output' }

/** Whether an argument is the name of a flag. */
function isFlag(argument: string): boolean {
  return argument.length > 1 && argument.startsWith('-') && !/^-\.?\d/.test(argument)
}

function flagParts(argument: string): { name: string; inline: string | undefined } {
  const long = Object.hasOwn(SHORT, argument) ? SHORT[argument] : undefined
  if (long !== undefined) return { name: long, inline: undefined }
  const [, written, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? []
  return { name: dashed(written ?? argument), inline }
}

class Parser {
  readonly #queue: string[]
  readonly #flags: ReadonlyMap<string, Flag>
  readonly #positionals: string[] = []
  readonly #given = new Map<string, string[]>()

  constructor(argv: readonly string[], flags: readonly Flag[]) {
    this.#queue = [...argv]
    this.#flags = new Map(flags.map((flag) => [dashed(flag.name), flag]))
  }

  parse(): ParsedArguments {
    for (let argument = this.#queue.shift(); argument !== undefined; argument = this.#queue.shift()) {
      if (argument === '--') this.#positionals.push(...this.#queue.splice(0))
      else if (isFlag(argument)) this.#take(argument)
      else this.#positionals.push(argument)
    }
    return new ParsedArguments(this.#positionals, this.#given)
  }

  #take(argument: string): void {
    const { name, inline } = flagParts(argument)
    const flag = this.#flags.get(name)
    const opposite = name.startsWith('no-') && inline === undefined ? this.#flags.get(name.slice(3)) : undefined
    if (flag !== undefined) this.#give(flag, this.#valuesOf(flag, inline))
    else if (opposite?.takes === 'boolean') this.#give(opposite, ['false'])
    else throw this.#unknown(argument, name)
  }

  #unknown(argument: string, name: string): CommandError {
    const known = [...this.#flags.keys()]
    const meant = nearest(name, known)
    const hint = meant === undefined ? `The flags are --${known.join(', --')}.` : `Did you mean '--${meant}'?`
    return usageError(`There is no flag '${argument.split('=', 1)[0]}' here. ${hint}`)
  }

  #give(flag: Flag, values: readonly string[]): void {
    const before = this.#given.get(flag.name)
    const isSeveral = flag.takes === 'values' || flag.isRepeatable === true
    if (before !== undefined && !isSeveral && flag.takes !== 'nothing')
      throw usageError(`${spelled(flag)} is given twice. Give it once.`)
    this.#given.set(flag.name, [...(before ?? []), ...values])
  }

  #valuesOf(flag: Flag, inline: string | undefined): string[] {
    if (flag.takes === 'nothing') {
      if (inline !== undefined) throw usageError(`${spelled(flag)} takes no value. Write it alone.`)
      return []
    }
    if (inline !== undefined) return [inline]
    if (flag.takes === 'boolean') return [/^(?:true|false)$/.test(this.#queue[0] ?? '') ? this.#queue.shift()! : 'true']
    const end = this.#queue.findIndex(isFlag)
    const available = end < 0 ? this.#queue.length : end
    const values = this.#queue.splice(0, flag.takes === 'value' ? Math.min(1, available) : available)
    if (values.length === 0)
      throw usageError(`${spelled(flag)} needs a value: ${spelled(flag)} ${flag.placeholder ?? 'VALUE'}.`)
    return values
  }
}
