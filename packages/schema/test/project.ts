import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'
import { generateSchemas, type Schema, SchemaError, type SchemaRequest } from '../src/index.js'

const core = resolve(import.meta.dirname, '../../core')

/** A package folder that lasts as long as the test, with the files given; `@datalab/core` resolves to the workspace's sources. */
export function project(files: Readonly<Record<string, string>>, link: (target: string) => void = linkCore): string {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-schema-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  mkdirSync(join(folder, 'node_modules/@datalab'), { recursive: true })
  link(join(folder, 'node_modules/@datalab/core'))
  return folder
}

function linkCore(target: string): void {
  symlinkSync(core, target, 'junction')
}

/** Core as it is installed from the registry: declarations only. */
export function installCore(target: string): void {
  const { outputText } = ts.transpileDeclaration(readFileSync(join(core, 'src/formats.ts'), 'utf8'), {
    compilerOptions: { declaration: true },
  })
  mkdirSync(join(target, 'dist'), { recursive: true })
  writeFileSync(join(target, 'dist/formats.d.ts'), outputText)
  writeFileSync(join(target, 'dist/index.d.ts'), "export type * from './formats.js'\n")
  cpSync(join(core, 'package.json'), join(target, 'package.json'))
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  writeFileSync(
    join(target, 'package.json'),
    JSON.stringify({ ...manifest, exports: manifest.publishConfig.exports, publishConfig: {} }),
  )
}

/** The schema of the type `Test` in a module. */
export function schemaOf(source: string): Schema {
  return schemasOf([source])(source)
}

/** The same for many modules, compiled together when the first is asked for. */
function schemasOf(sources: readonly string[]): (source: string) => Schema {
  let schemas: ReadonlyMap<string, Schema> | undefined
  const generate = () => {
    const generated = generateSchemas(requestsOf(sources)).map((types) => types.get('Test') ?? {})
    return new Map(sources.map((source, index) => [source, generated[index] ?? {}]))
  }
  return (source) => {
    schemas ??= generate()
    return schemas.get(source) ?? {}
  }
}

const numbers = '/** A whole number. */\ntype int = number\n/** Any number. */\ntype float = number'
const formats = "import type { Area, FitsFile, int, Source, TargetPositions } from '@datalab/core'"

function withField(declaration: string, before: string, prelude: string): string {
  return `${prelude}\n${before}\nexport interface Test {\n${declaration}\n}`
}

/** The schema of the member `field` of an interface that is declared with `declaration`. */
export function fieldSchema(declaration: string, before = ''): Schema | undefined {
  return schemaOf(withField(declaration, before, numbers)).properties?.field
}

/** Tests of the schemas of many fields, compiled together: each row has a declaration of `field` and the schema expected. */
export function testFields(rows: readonly (readonly [declaration: string, expected: object])[], before = ''): void {
  const sourceOf = (declaration: string) => withField(declaration, before, numbers)
  const schemas = schemasOf(rows.map(([declaration]) => sourceOf(declaration)))
  test.each(rows)('%s', (declaration, expected) => {
    expect(schemas(sourceOf(declaration)).properties?.field).toEqual(expected)
  })
}

/** Tests of what is said of many refused modules, compiled together: each row has what `sourceOf` makes a module of, and the one problem expected. */
export function testRefusals(
  rows: readonly (readonly [declaration: string, problem: string])[],
  sourceOf: (declaration: string) => string,
): void {
  const problems = problemsIn(rows.map(([declaration]) => sourceOf(declaration)))
  test.each(rows)('%s', (declaration, problem) => {
    expect(problems(sourceOf(declaration))).toEqual([problem])
  })
}

/** The same as `fieldSchema`, where the declaration uses formats of core. */
export function formatSchema(declaration: string, before = ''): Schema | undefined {
  return schemaOf(withField(declaration, before, formats)).properties?.field
}

/** What is said of a module whose type `Test` is refused, without the file's name. */
export function problemsOf(source: string): string[] {
  return problemsIn([source])(source)
}

/** The same for many modules, compiled together when the first is asked for. */
function problemsIn(sources: readonly string[]): (source: string) => string[] {
  let problems: readonly string[][] | undefined
  return (source) => {
    problems ??= collectProblems(requestsOf(sources))
    return problems[sources.indexOf(source)] ?? []
  }
}

function requestsOf(sources: readonly string[]): SchemaRequest[] {
  const folder = project(Object.fromEntries(sources.map((source, index) => [`src/${index}/inputs.ts`, source])))
  return sources.map((_, index) => ({ file: join(folder, `src/${index}/inputs.ts`), types: ['Test'] }))
}

function collectProblems(requests: readonly SchemaRequest[]): string[][] {
  try {
    generateSchemas(requests)
    return []
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    const { problems } = error
    return requests.map(({ file }) =>
      problems.flatMap((problem) => (problem.startsWith(file) ? problem.slice(file.length).replace(/^:\s?/, '') : [])),
    )
  }
}
