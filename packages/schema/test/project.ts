import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { onTestFinished } from 'vitest'
import { generateSchemas, type Schema, SchemaError } from '../src/index.js'

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
  const file = join(project({ 'src/inputs.ts': source }), 'src/inputs.ts')
  const schema = generateSchemas([{ file, types: ['Test'] }])[0]?.get('Test')
  if (!schema) throw new Error('there is no schema of Test')
  return schema
}

/** The schema of the member `field` of an interface that is declared with `declaration`. */
export function fieldSchema(declaration: string, before = ''): Schema | undefined {
  const numbers = '/** A whole number. */\ntype int = number\n/** Any number. */\ntype float = number'
  return schemaOf(`${numbers}\n${before}\nexport interface Test {\n${declaration}\n}`).properties?.field
}

/** The same, where the declaration uses formats of core. */
export function formatSchema(declaration: string, before = ''): Schema | undefined {
  const names = 'Area, FitsFile, int, Source, TargetPositions'
  const imports = `import type { ${names} } from '@datalab/core'`
  return schemaOf(`${imports}\n${before}\nexport interface Test {\n${declaration}\n}`).properties?.field
}

/** What is said of a module whose type `Test` is refused, without the file's name. */
export function problemsOf(source: string): string[] {
  try {
    schemaOf(source)
  } catch (error) {
    if (error instanceof SchemaError) return error.problems.map((problem) => problem.replace(/^.*?inputs\.ts:\s?/, ''))
    throw error
  }
  return []
}
