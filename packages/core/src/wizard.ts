import type { JsonSchema } from './input-schema.js'
import type { AnyOperationInfo } from './operation-info.js'

/** One input of a form: its widget's type, its label, and whatever else that widget understands. */
export interface WizardInput {
  readonly name: string
  readonly description: string
  /** `fits`, `image`, `string`, `float`, `int`, `select`, `source`, `target_positions`, `area`, or a format of the author's. */
  readonly type: string
  readonly [option: string]: unknown
}

/** What a front end draws an operation's form from. */
export interface WizardDescription {
  readonly name: string
  readonly description: string
  readonly category: string
  /** By wire name, in the order of the form. */
  readonly inputs: Readonly<Record<string, WizardInput>>
}

/** The wizard description of an operation, from its schema: see the `docs` page on writing an operation for what maps to what. */
export function wizardDescription(info: AnyOperationInfo): WizardDescription {
  const { name, description, category, inputs } = info
  const required = new Set(inputs.required)
  const entries = Object.entries(inputs.properties).map(([field, schema]) => [
    field,
    wizardInput(field, schema, required.has(field)),
  ])
  return { name, description, category, inputs: Object.fromEntries(entries) }
}

function wizardInput(field: string, schema: JsonSchema, required: boolean): WizardInput {
  const minimum = schema.minItems ?? schema.minimum
  const maximum = schema.maxItems ?? schema.maximum
  return {
    name: schema.title ?? titleOf(field),
    description: schema.description ?? '',
    type: wizardType(schema),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(schema.enum === undefined ? {} : { options: schema.enum }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(required || schema.default !== undefined ? {} : { required: false }),
    ...schema.wizard,
  }
}

/** What the wizard calls the type of this schema. */
export function wizardType(schema: JsonSchema): string {
  const items = Array.isArray(schema.items) ? undefined : (schema.items as JsonSchema | undefined)
  const tagged = schema.wizard_type ?? items?.wizard_type
  if (tagged !== undefined) return tagged
  if (schema.enum !== undefined) return 'select'
  if (schema.type === 'integer') return 'int'
  if (schema.type === 'number') return 'float'
  return typeof schema.type === 'string' ? schema.type : 'object'
}

/** `increase_by` as a label: "Increase By". */
export function titleOf(field: string): string {
  return field.replaceAll(
    /(^|_)([a-z0-9])/g,
    (_, gap: string, letter: string) => `${gap && ' '}${letter.toUpperCase()}`,
  )
}
