import type { JsonSchema } from '@datalab/core'
import { usageError } from './command-error.js'
import { type Flag, spelled } from './flags.js'
import { parseNumber } from './number-text.js'

/** What a command line says of a file: `a.fits,color=255:0:0`. */
export interface DescribedFile {
  readonly path: string
  readonly members: Readonly<Record<string, unknown>>
}

/** How a member is written. */
interface MemberForm {
  readonly placeholder: string
  /** Its value; undefined where the text is not of this form. */
  parse(text: string): unknown
}

/** What says which file is meant: that is told by its path. */
const OWN_MEMBERS: ReadonlySet<string> = new Set(['basename', 'source', 'root'])

/**
 * Takes the members of a file off the end of its path. Only what the schema declares is one, behind a file that is there: any other comma belongs to
 * the path.
 *
 * @param isThere whether there is a file of this path
 * @throws CommandError for a value that is not of its member's form, and for a member that is given twice.
 */
export async function describedFile(
  flag: Flag,
  schema: JsonSchema,
  text: string,
  isThere: (path: string) => Promise<boolean>,
): Promise<DescribedFile> {
  const members: [string, unknown][] = []
  let path = text
  for (;;) {
    const [tail, name = '', value = ''] = /,([A-Za-z_]\w*)=([^,]*)$/.exec(path) ?? []
    const form = tail === undefined ? undefined : formOf(schema, name)
    if (tail === undefined || form === undefined || (await isThere(path)))
      return { path, members: Object.fromEntries(members.reverse()) }
    if (members.some(([other]) => other === name)) throw usageError(`${spelled(flag)}: '${text}' says ${name} twice.`)
    members.push([name, parsed(flag, name, value, form)])
    path = path.slice(0, -tail.length)
  }
}

/** The members of a file in a synopsis: `,color=R:G:B[,zmin=NUMBER]`. */
export function memberSynopsis(schema: JsonSchema): string {
  return Object.keys(schema.properties ?? {})
    .map((name) => {
      const form = formOf(schema, name)
      if (form === undefined) return ''
      const member = `,${name}=${form.placeholder}`
      return schema.required?.includes(name) ? member : `[${member}]`
    })
    .join('')
}

function parsed(flag: Flag, name: string, text: string, { placeholder, parse }: MemberForm): unknown {
  const value = parse(text)
  if (value !== undefined) return value
  throw usageError(`${spelled(flag)}: '${name}=${text}' is not of the form ${name}=${placeholder}.`)
}

/** The form of a member that can be written on a command line; undefined for all others. */
function formOf({ properties = {} }: JsonSchema, name: string): MemberForm | undefined {
  const schema = OWN_MEMBERS.has(name) || !Object.hasOwn(properties, name) ? undefined : properties[name]
  if (schema === undefined) return undefined
  const { enum: choices, type } = schema
  if (choices?.every((choice) => typeof choice === 'string'))
    return { placeholder: choices.join('|'), parse: (text) => text }
  if (type === 'string') return { placeholder: 'TEXT', parse: (text) => text }
  if (isNumeric(schema)) return { placeholder: 'NUMBER', parse: parseNumber }
  if (type === 'boolean')
    return { placeholder: 'true|false', parse: (text) => ({ true: true, false: false })[text as 'true'] }
  return numbersForm(schema)
}

/** The form of an object of numbers, in the order in which they are declared. */
function numbersForm({ type, properties = {} }: JsonSchema): MemberForm | undefined {
  const names = Object.keys(properties)
  if (type !== 'object' || names.length === 0 || !Object.values(properties).every(isNumeric)) return undefined
  return {
    placeholder: names.join(':').toUpperCase(),
    parse(text) {
      const values = text.split(':').map(parseNumber)
      if (values.length !== names.length || values.includes(undefined)) return undefined
      return Object.fromEntries(names.map((name, index) => [name, values[index]]))
    },
  }
}

function isNumeric({ type }: JsonSchema): boolean {
  return type === 'number' || type === 'integer'
}
