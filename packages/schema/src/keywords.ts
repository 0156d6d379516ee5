/** How the text behind a doc tag is read. */
type TagValue = 'text' | 'number' | 'boolean' | 'object' | 'default'

/** A keyword of the schema: how its doc tag is read, and which JSON types it limits. Without `tag` it comes from the type alone. */
export interface Keyword {
  readonly tag?: TagValue
  readonly limits?: readonly string[]
}

const numeric = { tag: 'number', limits: ['number', 'integer'] } as const
const length = { tag: 'number', limits: ['string'] } as const
const count = { tag: 'number', limits: ['array'] } as const
const text = { tag: 'text', limits: ['string'] } as const

/** Every keyword a generated schema may have, in the order in which they are written. */
export const keywords: Readonly<Record<string, Keyword>> = {
  title: { tag: 'text' },
  description: { tag: 'text' },
  wizard_type: { tag: 'text' },
  wizard: { tag: 'object' },
  type: {},
  const: {},
  enum: {},
  default: { tag: 'default' },
  format: text,
  pattern: text,
  minLength: length,
  maxLength: length,
  minimum: numeric,
  exclusiveMinimum: numeric,
  maximum: numeric,
  exclusiveMaximum: numeric,
  multipleOf: numeric,
  minItems: count,
  maxItems: count,
  uniqueItems: { tag: 'boolean', limits: ['array'] },
  unordered: { tag: 'boolean', limits: ['array'] },
  items: {},
  properties: {},
  required: {},
  additionalProperties: { tag: 'boolean', limits: ['object'] },
  anyOf: {},
}

/** The keyword of a doc tag, or nothing if no tag of that name makes one. */
export function tagKeyword(name: string): Keyword | undefined {
  const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined
  return keyword?.tag === undefined ? undefined : keyword
}
