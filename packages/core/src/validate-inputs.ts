import type { ErrorObject } from 'ajv'
import { conforms, fillIn, isPlain } from './conforms.js'
import { inputError } from './input-issue.js'
import { constantsOf, inputIssue } from './input-message.js'
import type { JsonSchema } from './input-schema.js'
import type { AnyOperationInfo } from './operation-info.js'
import { isRelativeName } from './relative-name.js'

/** Whether a value is valid by a schema; defaults are filled in. What is wrong with the last one is in `errors`. */
interface Validate {
  (value: unknown): boolean
  readonly errors?: readonly ErrorObject[] | null
}

/** Compiles schemas, each once. */
export interface Validators {
  of(schema: JsonSchema): Validate
}

/** More than these are not looked into: there may be one for each of very many values. */
const MAX_FINDINGS = 500

const PLAIN: Validators = {
  of: (schema) => (value) => {
    const isValid = conforms(schema, value)
    if (isValid) fillIn(schema, value)
    return isValid
  },
}

let loading: Promise<Validators> | undefined

/** What tells whether these inputs are valid: without ajv where they are, and their schema is a plain one. */
export function validatorsFor(schema: JsonSchema, inputs: unknown): Promise<Validators> {
  return isPlain(schema) && conforms(schema, inputs) ? Promise.resolve(PLAIN) : loadValidators()
}

/** The validators of this process. Loaded on first use: they cost half as long as Node's own start. */
export function loadValidators(): Promise<Validators> {
  loading ??= makeValidators()
  return loading
}

async function makeValidators(): Promise<Validators> {
  const { default: ajvModule } = await import('ajv')
  const ajv = new ajvModule.Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    useDefaults: true,
    verbose: true,
  })
  ajv.addVocabulary(['unordered', 'wizard', 'wizard_type'])
  ajv.addFormat('relative-name', { type: 'string', validate: isRelativeName })
  const compiled = new WeakMap<JsonSchema, Validate>()
  const of = (schema: JsonSchema) => {
    const validate: Validate = compiled.get(schema) ?? ajv.compile(schema)
    compiled.set(schema, validate)
    return validate
  }
  return { of }
}

/**
 * Holds inputs against a schema, such as an operation's, and fills in defaults. `inputs` is changed: give a clone.
 *
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing that is wrong.
 */
export function validateInputs(
  validators: Validators,
  info: Pick<AnyOperationInfo, 'name' | 'inputs'>,
  inputs: unknown,
): void {
  const validate = validators.of(info.inputs)
  if (validate(inputs)) return
  const errors = withoutEchoes((validate.errors ?? []).slice(0, MAX_FINDINGS))
  throw inputError(
    info.name,
    errors.map((error) => inputIssue(error, info.inputs)),
  )
}

/**
 * One finding a place. Of a union, what is wrong with the branch that the value says it is (by its constants, such as `shape: 'circle'`); where
 * it is none of them, that alone.
 */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors
    .filter(({ keyword }) => keyword === 'anyOf')
    .map((union) => ({ union, meant: meantBranch(union) }))
  const seen = new Set<string>()
  return errors.filter((error) => {
    if (unions.some(({ union, meant }) => (error === union ? meant !== -1 : isEcho(error, union, meant)))) return false
    const place = `${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`
    return !seen.has(place) && seen.add(place)
  })
}

/** Whether an error is of another branch of the union than the one that is meant. */
function isEcho(error: ErrorObject, union: ErrorObject, meant: number): boolean {
  const isWithin =
    error.schemaPath.startsWith(`${union.schemaPath}/`) && `${error.instancePath}/`.startsWith(`${union.instancePath}/`)
  return isWithin && !error.schemaPath.startsWith(`${union.schemaPath}/${meant}/`)
}

function meantBranch(union: ErrorObject): number {
  const data = union.data as Readonly<Record<string, unknown>> | null
  if (typeof data !== 'object' || data === null) return -1
  return (union.schema as readonly JsonSchema[]).findIndex((branch) => {
    const constants = constantsOf(branch)
    return constants.length > 0 && constants.every(([name, value]) => data[name] === value)
  })
}
