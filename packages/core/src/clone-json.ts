import { type JsonObject, type JsonValue, jsonPointer } from './json.js'

/** How large a payload may be. */
export interface PayloadLimits {
  /** Levels of objects and lists within each other; 32 by default. */
  depth: number
  /** Values in all: members, items, and the containers themselves; 200,000 by default. */
  values: number
  /** Characters in all strings and member names together; 8 Mi by default. */
  characters: number
}

/** The limits where the host sets none. */
export const DEFAULT_PAYLOAD_LIMITS: Readonly<PayloadLimits> = { depth: 32, values: 200_000, characters: 8 * 2 ** 20 }

/** What is wrong with a value, and where. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'

  constructor(
    readonly pointer: string,
    message: string,
  ) {
    super(message)
  }
}

// A member of one of the first three names can change what an object is, where a careless reader copies it; the last carries a file's
// identity within that of a job.
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype', '@identity'])

/**
 * A deep copy of what somebody sent, which shares nothing with it and holds only JSON.
 *
 * Each member is read once, so a getter or a proxy cannot show one value here and another later. Members that are `undefined` are left out,
 * as `JSON.stringify` does; -0 becomes 0, since JSON text cannot tell them apart for the key.
 *
 * @throws PayloadError for what JSON cannot hold (functions, bigint, dates, class instances, NaN, Infinity, broken strings), for member
 * names that could reach a prototype, and for what is too deep or too large (cycles end here).
 */
export function cloneJson(value: unknown, limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS): JsonValue {
  return new Cloner(limits).clone(value, [])
}

class Cloner {
  #values = 0
  #characters = 0

  constructor(private readonly limits: PayloadLimits) {}

  clone(value: unknown, path: (string | number)[]): JsonValue {
    this.#values++
    if (this.#values > this.limits.values) throw fault(path, `holds more than ${this.limits.values} values`)
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'number') return cloneNumber(value, path)
    if (typeof value === 'string') return this.#text(value, path)
    if (value === undefined) throw fault(path, 'is undefined, which JSON cannot hold; give null, or leave it out')
    if (typeof value !== 'object') throw fault(path, `is a ${typeof value}, which JSON cannot hold`)
    if (path.length >= this.limits.depth) throw fault(path, `lies more than ${this.limits.depth} levels deep`)
    return Array.isArray(value) ? this.#list(value, path) : this.#object(value, path)
  }

  #list(value: readonly unknown[], path: (string | number)[]): JsonValue {
    if (value.length > this.limits.values) throw fault(path, `holds more than ${this.limits.values} values`)
    // By index: an iterator of its own could show something else, without end.
    return Array.from({ length: value.length }, (_, index) => this.clone(value[index], [...path, index]))
  }

  #object(value: object, path: (string | number)[]): JsonObject {
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      throw fault(path, `is a ${prototype.constructor?.name ?? 'class instance'}, not a plain object`)
    const copy: Record<string, JsonValue> = {}
    for (const name of Object.keys(value)) {
      if (FORBIDDEN_NAMES.has(name)) throw fault([...path, name], 'is a name that is not allowed; leave it out')
      this.#text(name, path)
      const member = (value as Record<string, unknown>)[name]
      if (member !== undefined) copy[name] = this.clone(member, [...path, name])
    }
    return copy
  }

  #text(text: string, path: (string | number)[]): string {
    this.#characters += text.length
    if (this.#characters > this.limits.characters)
      throw fault(path, `holds more than ${this.limits.characters} characters`)
    if (!text.isWellFormed()) throw fault(path, 'holds half of a surrogate pair, which is no character')
    return text
  }
}

function cloneNumber(value: number, path: (string | number)[]): number {
  if (!Number.isFinite(value)) throw fault(path, `is ${value}; give a finite number`)
  return value === 0 ? 0 : value
}

function fault(path: (string | number)[], message: string): PayloadError {
  return new PayloadError(jsonPointer(...path), message)
}
