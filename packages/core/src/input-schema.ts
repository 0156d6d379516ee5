declare const inputType: unique symbol

/** A JSON Schema, as far as inputs use it: draft 7, with the keywords `unordered`, `wizard` and `wizard_type`. */
export interface JsonSchema {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly items?: JsonSchema | readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  /** The order of this list has no meaning: it is sorted before the job gets its key. */
  readonly unordered?: boolean
  /** More members of this input's entry in the wizard description. */
  readonly wizard?: Readonly<Record<string, unknown>>
  /** What this type is called in the wizard description. */
  readonly wizard_type?: string
  readonly $schema?: string
}

/** A schema whose values are objects with known members. */
export interface ObjectSchema extends JsonSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, JsonSchema>>
}

/**
 * The schema of an operation's inputs, which remembers the TypeScript interface it was generated from.
 *
 * The memory is for the compiler alone: an operation that is given another operation's schema does not compile.
 */
export interface InputSchema<Inputs> extends ObjectSchema {
  readonly [inputType]?: (inputs: Inputs) => Inputs
}
