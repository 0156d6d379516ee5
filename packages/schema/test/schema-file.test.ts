import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isStale, renderSchemas, SchemaError, schemaSources, writeSchemas } from '../src/index.js'
import { project } from './project.js'

const blur = `export interface BlurInputs {
  /** Width of the blur. @minimum 0 */
  width: number
}
`

describe('sources of a package', () => {
  test('are its inputs and its formats', () => {
    const formats = '/** @wizard_type thing */ export interface Thing { a: number }'
    const folder = project({ 'src/inputs.ts': blur, 'src/formats.ts': formats })
    expect(schemaSources(folder).map((path) => relative(folder, path).replaceAll('\\', '/'))).toEqual([
      'src/inputs.ts',
      'src/formats.ts',
    ])
  })

  test('are not modules that only share the name', () => {
    const folder = project({
      'src/inputs.ts': 'export interface Inputs { open(): void }',
      'src/formats.ts': 'export const formats = []',
    })
    expect(schemaSources(folder)).toEqual([])
  })
})

describe('the schema file', () => {
  test('of one interface', () => {
    const folder = project({ 'src/inputs.ts': blur })
    expect(renderSchemas(schemaSources(folder))).toEqual([
      {
        path: join(folder, 'src/inputs.schema.ts'),
        text: `// Generated from inputs.ts by datalab-schema; do not edit.
import type { InputSchema } from '@datalab/core'
import type { BlurInputs } from './inputs.js'

export const inputSchema: InputSchema<BlurInputs> = {
  "type": "object",
  "properties": {
    "width": {
      "description": "Width of the blur.",
      "type": "number",
      "minimum": 0
    }
  },
  "required": [
    "width"
  ],
  "additionalProperties": false
}
`,
      },
    ])
  })

  test('of several interfaces has an export for each, in source order', () => {
    const source = `${blur}\nexport interface AddStarsInputs {}\ninterface OwnInputs { a: number }\nexport type Use = OwnInputs`
    const [file] = renderSchemas(schemaSources(project({ 'src/inputs.ts': source })))
    expect(file?.text).toContain("import type { BlurInputs, AddStarsInputs } from './inputs.js'")
    expect(file?.text).toMatch(/export const blurInputsSchema: InputSchema<BlurInputs> = {\n/)
    expect(file?.text).toMatch(/export const addStarsInputsSchema: InputSchema<AddStarsInputs> = {\n/)
    expect(file?.text).toContain('"properties": {}')
    expect(file?.text).not.toContain('OwnInputs')
  })

  test('of formats has the tagged types under their names', () => {
    const formats = `/** @wizard_type second */ export interface B { b: number }
      export interface Untagged { a: number }
      /** @wizard_type first */ export type A = B[]
      /** @wizard_type hidden */ interface Hidden { a: number }
      export type Use = Hidden`
    const [file] = renderSchemas(schemaSources(project({ 'src/formats.ts': formats })))
    expect(file?.text).toContain("import type { JsonSchema } from '@datalab/core'")
    expect(file?.text).toContain("export const formatSchemas: Readonly<Record<'B' | 'A', JsonSchema>> = {\n  \"B\": {")
    expect(file?.text.match(/"wizard_type": "\w+"/g)).toEqual([
      '"wizard_type": "second"',
      '"wizard_type": "first"',
      '"wizard_type": "second"',
    ])
  })

  test('of formats beside input-schema.ts imports from there', () => {
    const formats = '/** @wizard_type thing */ export interface Thing { a: number }'
    const folder = project({ 'src/formats.ts': formats, 'src/input-schema.ts': 'export interface JsonSchema {}' })
    expect(renderSchemas(schemaSources(folder))[0]?.text).toContain(
      "import type { JsonSchema } from './input-schema.js'",
    )
  })

  test('does not depend on what is rendered with it', () => {
    const folders = ["'x' | 'b' | { c: 1 } | { a: 2 }", "{ a: 2 } | 'b' | { c: 1 } | 'x'"].map((type) =>
      project({ 'src/inputs.ts': `export interface TestInputs { a: ${type} }` }),
    )
    const sources = folders.flatMap(schemaSources)
    const alone = sources.flatMap((source) => renderSchemas([source]))
    expect(renderSchemas(sources)).toEqual(alone)
    expect(renderSchemas([...sources].reverse())).toEqual([...alone].reverse())
  })

  test('is refused without an interface of inputs', () => {
    const folder = project({ 'src/inputs.ts': 'export type BlurInputs = { width: number }' })
    expect(() => renderSchemas([join(folder, 'src/inputs.ts')])).toThrow(SchemaError)
    expect(() => renderSchemas([join(folder, 'src/inputs.ts')])).toThrow(
      /exports no interface whose name ends in Inputs/,
    )
  })
})

test('a file is written once, and again when its source has changed', () => {
  const folder = project({ 'src/inputs.ts': blur })
  const render = () => renderSchemas(schemaSources(folder))
  expect(render().map(isStale)).toEqual([true])
  expect(existsSync(join(folder, 'src/inputs.schema.ts'))).toBe(false)
  expect(writeSchemas(render())).toEqual(render())
  expect(readFileSync(join(folder, 'src/inputs.schema.ts'), 'utf8')).toBe(render()[0]?.text)
  expect(writeSchemas(render())).toEqual([])
  writeFileSync(join(folder, 'src/inputs.schema.ts'), render()[0]?.text.replaceAll('\n', '\r\n') ?? '')
  expect(render().map(isStale)).toEqual([false])
  writeFileSync(join(folder, 'src/inputs.ts'), blur.replace('@minimum 0', '@minimum 1'))
  expect(render().map(isStale)).toEqual([true])
})
