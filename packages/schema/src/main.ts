import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SchemaError } from './schema-error.js'
import { isStale, renderSchemas, schemaSources, writeSchemas } from './schema-file.js'

const usage = `Usage: datalab-schema [--check] [package folder ...]

Writes src/inputs.schema.ts from the interface of inputs in src/inputs.ts, and src/formats.schema.ts from the types tagged with @wizard_type in
src/formats.ts, for each package folder (default: the working directory).

  --check  write nothing; say which files are out of date, and fail if one is
  --help   show this`

/** Where the command writes its lines; the console by default. */
export interface Printer {
  log(line: string): void
  error(line: string): void
}

/** The command `datalab-schema`. Returns its exit code: 0, 1 if an interface is refused or a file is out of date, 2 if it was called wrongly. */
export async function main(argv: readonly string[], printer: Printer = console): Promise<number> {
  const wrong = (problem: string) => {
    printer.error(`${problem}\n\n${usage}`)
    return 2
  }
  let options: Options
  try {
    options = parse(argv)
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
  if (options.help) {
    printer.log(usage)
    return 0
  }
  const missing = options.folders.find((folder) => !existsSync(folder))
  if (missing !== undefined) return wrong(`there is no folder ${missing}`)
  const sources = options.folders.flatMap(schemaSources)
  if (sources.length === 0) {
    printer.error(
      `${options.folders.join(', ')}: no src/inputs.ts exports an interface named after its operation, such as MedianInputs`,
    )
    return 1
  }
  return run(sources, options.check, printer)
}

interface Options {
  readonly check: boolean
  readonly help: boolean
  readonly folders: readonly string[]
}

function parse(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    allowPositionals: true,
  })
  return { ...values, folders: positionals.length > 0 ? positionals : ['.'] }
}

function run(sources: readonly string[], check: boolean, printer: Printer): number {
  try {
    const files = renderSchemas(sources)
    if (!check) {
      for (const { path } of writeSchemas(files)) printer.log(`${path} written`)
      return 0
    }
    const stale = files.filter(isStale)
    for (const { path } of stale) printer.error(`${path} is out of date; run datalab-schema to write it`)
    return stale.length > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    for (const problem of error.problems) printer.error(problem)
    return 1
  }
}
