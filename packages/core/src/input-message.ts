import type { ErrorObject } from 'ajv'
import type { InputIssue } from './input-issue.js'
import type { JsonSchema, ObjectSchema } from './input-schema.js'
import { jsonPointer } from './json.js'
import { titleOf } from './wizard.js'

/** A validator's finding as a sentence that names the input and the way out. */
export function inputIssue(error: ErrorObject, inputs: ObjectSchema): InputIssue {
  const subject = inputLabel(inputs, error.instancePath)
  const write = sentences[error.keyword]
  const message = write === undefined ? `${subject} ${error.message ?? 'is not valid'}.` : write(subject, error, inputs)
  return { pointer: pointerOf(error), message }
}

/** The place of a file as a user would name it: with its number only where the order of its list has a meaning. */
export function fileLabel(inputs: ObjectSchema, pointer: string): string {
  const field = pointer.split('/')[1] ?? ''
  return inputLabel(inputs, inputs.properties[field]?.unordered === true ? jsonPointer(field) : pointer)
}

/** The place of a value as a user would name it: `Input Files (input_files), item 3, basename`. */
export function inputLabel(inputs: ObjectSchema, pointer: string): string {
  const [field, ...rest] = pointer
    .split('/')
    .slice(1)
    .map((part) => shortened(part.replaceAll('~1', '/').replaceAll('~0', '~')))
  if (field === undefined) return 'The set of inputs'
  const inner = rest.map((part) => (/^\d+$/.test(part) ? `item ${Number(part) + 1}` : part))
  return [`${inputs.properties[field]?.title ?? titleOf(field)} (${field})`, ...inner].join(', ')
}

type Sentence = (subject: string, error: ErrorObject, inputs: ObjectSchema) => string

const sentences: Readonly<Record<string, Sentence>> = {
  required: (subject, error, inputs) =>
    error.instancePath === ''
      ? `${inputLabel(inputs, jsonPointer(error.params.missingProperty))} is missing; give it a value.`
      : `${subject} has no ${error.params.missingProperty}; add it.`,
  additionalProperties: (subject, error, inputs) => {
    const known = Object.keys((error.parentSchema as JsonSchema | undefined)?.properties ?? {})
    const name = shown(error.params.additionalProperty)
    if (error.instancePath !== '') return `${subject} has no member ${name}; leave it out (it may have ${list(known)}).`
    return `There is no input ${name}; leave it out (the inputs are ${list(Object.keys(inputs.properties))}).`
  },
  minItems: (subject, error) => {
    const count = (error.data as unknown[]).length
    const missing = Number(error.params.limit) - count
    return `${subject} needs at least ${error.params.limit}, and ${count} ${isAre(count)} given; add ${missing} more.`
  },
  maxItems: (subject, error) => {
    const count = (error.data as unknown[]).length
    return `${subject} takes at most ${error.params.limit}, and ${count} are given; take ${count - Number(error.params.limit)} away.`
  },
  minimum: (subject, error) => `${subject} is ${shown(error.data)}; give ${error.params.limit} or more.`,
  maximum: (subject, error) => `${subject} is ${shown(error.data)}; give ${error.params.limit} or less.`,
  exclusiveMinimum: (subject, error) => `${subject} is ${shown(error.data)}; give more than ${error.params.limit}.`,
  exclusiveMaximum: (subject, error) => `${subject} is ${shown(error.data)}; give less than ${error.params.limit}.`,
  minLength: (subject, error) =>
    Number(error.params.limit) === 1
      ? `${subject} is empty; fill it in.`
      : `${subject} is too short; give at least ${error.params.limit} characters.`,
  maxLength: (subject, error) => `${subject} is too long; give at most ${error.params.limit} characters.`,
  pattern: (subject, error) =>
    `${subject} is ${shown(error.data)}, which does not fit the pattern ${error.params.pattern}.`,
  format: (subject, error) =>
    error.params.format === 'relative-name'
      ? `${subject} is ${shown(error.data)}; give a relative name, without '..', a leading '/' or NUL.`
      : `${subject} is ${shown(error.data)}, which is no ${error.params.format}.`,
  enum: (subject, error) => `${subject} is ${shown(error.data)}; choose one of ${list(error.params.allowedValues)}.`,
  const: (subject, error) => `${subject} is ${shown(error.data)}; it must be ${shown(error.params.allowedValue)}.`,
  type: (subject, error) => `${subject} is ${kindOf(error.data)}; give ${kinds(error.params.type)}.`,
  anyOf: (subject, error) =>
    `${subject} has none of the forms it may have; give ${forms(error.schema as readonly JsonSchema[])}.`,
  uniqueItems: (subject, error) =>
    `${subject}: items ${error.params.j + 1} and ${error.params.i + 1} are the same; take one away.`,
}

function pointerOf(error: ErrorObject): string {
  const { missingProperty, additionalProperty } = error.params
  const member = missingProperty ?? additionalProperty
  return member === undefined ? error.instancePath : error.instancePath + jsonPointer(member)
}

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
}

function kinds(type: string | readonly string[]): string {
  return [type]
    .flat()
    .map((one) => KINDS[one] ?? one)
    .join(' or ')
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return shown(value)
  if (typeof value === 'string') return `the text ${shown(value)}`
  return Array.isArray(value) ? 'a list' : 'an object'
}

function shown(value: unknown): string {
  return shortened(JSON.stringify(value) ?? String(value))
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** The members of an object that can have one value only: what tells the branches of a union apart. */
export function constantsOf(schema: JsonSchema): [name: string, value: unknown][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    member.const === undefined ? [] : [[name, member.const]],
  )
}

function forms(branches: readonly JsonSchema[]): string {
  const texts = branches.map((branch) => {
    const constants = constantsOf(branch).map(([name, value]) => `${name} ${shown(value)}`)
    if (constants.length > 0) return `an object with ${constants.join(' and ')}`
    return branch.type === undefined ? 'another form' : kinds(branch.type)
  })
  return [...new Set(texts)].join(', or ')
}

function list(values: readonly unknown[]): string {
  return values.length === 0
    ? 'none'
    : values.map((value) => (typeof value === 'string' ? value : shown(value))).join(', ')
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}
