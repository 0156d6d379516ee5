import type { ErrorObject, ValidateFunction } from 'ajv'
import { inputError } from './input-issue.js'
import { inputIssue } from './input-message.js'
import type { JsonSchema } from './input-schema.js'
import type { AnyOperationInfo } from './operation-info.js'
import { isRelativeName } from './relative-name.js'

/** Compiles schemas, each once. */
export interface Validators {
  of(schema: JsonSchema): ValidateFunction
}

let loading: Promise<Validators> | undefined

/** The validators of this process. Loaded on first use: they cost half as long as Node's own start. */
export function loadValidators(): Promise<Validators> {
  loading ??= makeValidators()
  return loading
}

async function makeValidators(): Promise<Validators> {
  const { Ajv } = await import('ajv')
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    useDefaults: true,
    verbose: true,
  })
  ajv.addVocabulary(['unordered', 'wizard', 'wizard_type'])
  ajv.addFormat('relative-name', { type: 'string', validate: isRelativeName })
  const compiled = new WeakMap<JsonSchema, ValidateFunction>()
  const of = (schema: JsonSchema) => {
    const validate = compiled.get(schema) ?? ajv.compile(schema)
    compiled.set(schema, validate)
    return validate
  }
  return { of }
}

/**
 * Holds inputs against an operation's schema, and fills in defaults. `inputs` is changed: give a clone.
 *
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing that is wrong.
 */
export function validateInputs(validators: Validators, info: AnyOperationInfo, inputs: unknown): void {
  const validate = validators.of(info.inputs)
  if (validate(inputs)) return
  const errors = withoutEchoes(validate.errors ?? [])
  throw inputError(
    info.name,
    errors.map((error) => inputIssue(error, info.inputs)),
  )
}

/** One sentence a place: what each branch of a union says is left out where the union itself speaks, and the other way round for one branch. */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf')
  const own = errors.filter(({ schemaPath }) => !schemaPath.includes('/anyOf/'))
  const seen = new Set<string>()
  return [...own, ...unions.filter((union) => !own.includes(union))].filter(({ instancePath, keyword, params }) => {
    const place = `${instancePath} ${keyword} ${JSON.stringify(params)}`
    return !seen.has(place) && seen.add(place)
  })
}
