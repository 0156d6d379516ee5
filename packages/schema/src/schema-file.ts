import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type ExportedType, generateSchemas, type SchemaRequest, type Schemas } from './generate.js'
import { SchemaError } from './schema-error.js'

const corePackage = '@datalab/core'

/** A generated module: where it belongs, and what it says. */
export interface SchemaFile {
  readonly path: string
  readonly text: string
}

/** Which files of a package get a schema file beside them, and what in their text says so. */
const conventions = [
  { name: 'inputs.ts', sign: /\bexport\s+interface\s+\w+Inputs\b/ },
  { name: 'formats.ts', sign: /@wizard_type\b/ },
] as const

/**
 * The files of a package that get a schema file beside them: `src/inputs.ts` if it exports an interface named after an operation, such as
 * `MedianInputs`, and `src/formats.ts` if it tags a type with `@wizard_type`.
 */
export function schemaSources(folder: string): string[] {
  return conventions.flatMap(({ name, sign }) => {
    const file = join(folder, 'src', name)
    return isFile(file) && sign.test(readFileSync(file, 'utf8')) ? [file] : []
  })
}

/**
 * The schema files of sources that `schemaSources` found, in memory and in the same order.
 *
 * @throws SchemaError naming every field that cannot be an input, and files without an interface of inputs.
 */
export function renderSchemas(sources: readonly string[]): SchemaFile[] {
  const schemas = generateSchemas(sources.map(request))
  const empty = sources.filter((_, index) => schemas[index]?.size === 0)
  if (empty.length > 0) throw new SchemaError(empty.map(nothingToConvert))
  return sources.map((source, index) => ({
    path: source.replace(/\.ts$/, '.schema.ts'),
    text: render(source, schemas[index] ?? new Map()),
  }))
}

/** Whether a schema file says something else on disk, or is not there. */
export function isStale({ path, text }: SchemaFile): boolean {
  return !isFile(path) || readFileSync(path, 'utf8').replaceAll('\r\n', '\n') !== text
}

/** Writes the schema files that are stale, and returns them. */
export function writeSchemas(files: readonly SchemaFile[]): SchemaFile[] {
  const stale = files.filter(isStale)
  for (const { path, text } of stale) writeFileSync(path, text)
  return stale
}

function request(file: string): SchemaRequest {
  const chosen = isInputs(file)
    ? ({ name, kind }: ExportedType) => kind === 'interface' && /.Inputs$/.test(name)
    : ({ wizardType }: ExportedType) => wizardType !== undefined
  return { file, types: (exported) => exported.filter(chosen).map(({ name }) => name) }
}

function nothingToConvert(file: string): string {
  return isInputs(file)
    ? `${file}: exports no interface whose name ends in Inputs; name it after the operation, such as MedianInputs`
    : `${file}: exports no type tagged with @wizard_type; export it`
}

function render(source: string, schemas: Schemas): string {
  const lines = isInputs(source) ? inputLines(schemas) : formatLines(source, schemas)
  return `// Generated from ${basename(source)} by datalab-schema; do not edit.\n${lines.join('\n')}\n`
}

function inputLines(schemas: Schemas): string[] {
  const imports = [
    `import type { InputSchema } from '${corePackage}'`,
    `import type { ${[...schemas.keys()].join(', ')} } from './inputs.js'`,
  ]
  const declarations = [...schemas].flatMap(([name, schema]) => {
    const constant = schemas.size === 1 ? 'inputSchema' : `${name.charAt(0).toLowerCase()}${name.slice(1)}Schema`
    return [
      '',
      `export const ${constant}: InputSchema<${name}> = ${JSON.stringify({ ...schema, properties: schema.properties ?? {} }, null, 2)}`,
    ]
  })
  return [...imports, ...declarations]
}

function formatLines(source: string, schemas: Schemas): string[] {
  const schemaModule = isFile(join(dirname(source), 'input-schema.ts')) ? './input-schema.js' : corePackage
  const names = [...schemas.keys()].map((name) => `'${name}'`).join(' | ')
  return [
    `import type { JsonSchema } from '${schemaModule}'`,
    '',
    '/** The schema of each format, by the name of its type. */',
    `export const formatSchemas: Readonly<Record<${names}, JsonSchema>> = ${JSON.stringify(Object.fromEntries(schemas), null, 2)}`,
  ]
}

function isInputs(file: string): boolean {
  return basename(file) === 'inputs.ts'
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
