import { type JsonSchema, type ObjectSchema, wizardType } from '@datalab/core'
import { memberSynopsis } from './file-members.js'
import { type Flag, flags } from './flags.js'

/** How a value of an input is written on the command line. */
export type InputKind = 'file' | 'number' | 'boolean' | 'text' | 'json'

const OWN_NAMES: ReadonlySet<string> = new Set(Object.values(flags).map(({ name }) => name))
const FILE_TYPES = ['fits', 'image']

/** Whether values by this schema are references to files. */
export function isFileSchema(schema: JsonSchema): boolean {
  return schema.type === 'object' && FILE_TYPES.includes(wizardType(schema))
}

/** What the members of a list are; the schema itself where it is no list of one kind. */
export function itemSchema(schema: JsonSchema): JsonSchema {
  return schema.type === 'array' && isSchema(schema.items) ? schema.items : schema
}

/** How one value of an input is written: of a list, one member. */
export function inputKind(input: JsonSchema): InputKind {
  const schema = itemSchema(input)
  if (isFileSchema(schema)) return 'file'
  const types = [schema.type ?? []].flat()
  if (types.includes('number') || types.includes('integer')) return 'number'
  if (types.includes('boolean')) return 'boolean'
  const isText = types.includes('string') || (schema.enum ?? [0]).every((choice) => typeof choice === 'string')
  return isText ? 'text' : 'json'
}

/** The flags of an operation's inputs. An input whose name is that of a flag all operations have can only be given as JSON. */
export function inputFlags(inputs: ObjectSchema): Flag[] {
  return Object.entries(inputs.properties)
    .filter(([name]) => !OWN_NAMES.has(name))
    .map(([name, schema]) => ({
      name,
      takes: takesOf(schema),
      placeholder: placeholderOf(schema),
      summary: schema.description ?? '',
    }))
}

/** The inputs that files on the command line can be meant for. */
export function fileInputs(inputs: ObjectSchema): string[] {
  return Object.entries(inputs.properties).flatMap(([name, schema]) => (inputKind(schema) === 'file' ? [name] : []))
}

function takesOf(schema: JsonSchema): Flag['takes'] {
  if (itemSchema(schema) !== schema) return 'values'
  return inputKind(schema) === 'boolean' ? 'boolean' : 'value'
}

function placeholderOf(schema: JsonSchema): string {
  const { enum: choices, const: only } = itemSchema(schema)
  const values = choices ?? (only === undefined ? undefined : [only])
  const file = `FILE${memberSynopsis(itemSchema(schema))}`
  const placeholders = { file, number: 'NUMBER', boolean: '', text: 'TEXT', json: 'JSON' }
  return values?.map(String).join('|') ?? placeholders[inputKind(schema)]
}

function isSchema(items: JsonSchema['items']): items is JsonSchema {
  return items !== undefined && !Array.isArray(items)
}
