// It puts another `chdir` in the place of the first when it is loaded.
import 'node:worker_threads'

const { get, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect
const { is } = Object

/** What one of the objects that all code of a process shares has of its own, and how. */
interface Shape {
  readonly object: object
  readonly prototype: object | null
  readonly keys: readonly PropertyKey[]
  readonly descriptors: readonly PropertyDescriptor[]
}

/** A function that an object has. */
interface Method {
  readonly object: object
  readonly name: PropertyKey
  readonly value: unknown
}

/**
 * The objects that all code of a process shares, as they are when this is made: the global one, the constructors and namespaces that it names, the
 * prototypes of everything that the language makes, and the methods of `process` and `console`. What modules keep for themselves, those of Node
 * among them, is not looked at.
 */
export class ProcessGlobals {
  readonly #shapes = sharedObjects().map(shapeOf)
  readonly #globals = shapeOf(globalThis)
  readonly #methods = [...methodsOf(process), ...methodsOf(console)]
  // Their accessors give what was last assigned to them.
  readonly #process = globalThis.process
  readonly #buffer = globalThis.Buffer

  /** Whether nothing was added to them, taken away or replaced; but for globals that have a symbol for a name, as registries of libraries do. */
  areAsBefore(): boolean {
    return (
      globalThis.process === this.#process &&
      globalThis.Buffer === this.#buffer &&
      areGlobalsSame(this.#globals) &&
      all(this.#shapes, isSame) &&
      all(this.#methods, hasMethod)
    )
  }
}

function sharedObjects(): object[] {
  const found = new Set<object>()
  // What Node loads when it is first used has not been.
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(globalThis))) {
    if (typeof value === 'function') addMaker(value, found)
  }
  for (const namespace of [Math, JSON, Reflect, Atomics, Intl, WebAssembly]) {
    addChain(namespace, found)
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(namespace)))
      if (typeof value === 'function' && 'prototype' in value) addMaker(value, found)
  }
  addMaker(Buffer, found)
  for (const made of madeByTheLanguage()) addChain(getPrototypeOf(made) as object, found)
  return [...found]
}

/** A function, and what it gives to those that it makes. */
function addMaker(maker: object, found: Set<object>): void {
  addChain(maker, found)
  const prototype: unknown = get(maker, 'prototype')
  if (typeof prototype === 'object' && prototype !== null) addChain(prototype, found)
}

/** An object, and those that it inherits from. */
function addChain(object: object, found: Set<object>): void {
  for (let next: object | null = object; next !== null && !found.has(next); next = getPrototypeOf(next)) found.add(next)
}

/** Values whose prototypes no global names. */
function madeByTheLanguage(): object[] {
  function* generator() {}
  async function* asyncGenerator() {}
  const iterables = [[], new Map(), new Set(), '', 'a'.matchAll(/a/g)]
  return [
    ...iterables.map((iterable) => iterable[Symbol.iterator]()),
    ...[generator, generator(), asyncGenerator, asyncGenerator(), async () => {}],
  ]
}

function shapeOf(object: object): Shape {
  const keys = ownKeys(object)
  const descriptors = keys.map((key) => getOwnPropertyDescriptor(object, key) as PropertyDescriptor)
  return { object, prototype: getPrototypeOf(object), keys, descriptors }
}

function isSame({ object, prototype, keys, descriptors }: Shape): boolean {
  const now = ownKeys(object)
  if (now.length !== keys.length || getPrototypeOf(object) !== prototype) return false
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as PropertyKey
    if (now[i] !== key || !areEqual(getOwnPropertyDescriptor(object, key), descriptors[i])) return false
  }
  return true
}

function areEqual(one: PropertyDescriptor | undefined, other: PropertyDescriptor | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    is(one.value, other.value) &&
    one.get === other.get &&
    one.set === other.set &&
    one.writable === other.writable &&
    one.enumerable === other.enumerable &&
    one.configurable === other.configurable
  )
}

function areGlobalsSame({ object, prototype, keys, descriptors }: Shape): boolean {
  const now = ownKeys(object)
  let names = 0
  for (let i = 0; i < now.length; i++) if (typeof now[i] === 'string') names++
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] === 'string') names--
    if (!isGlobalSame(keys[i] as PropertyKey, descriptors[i] as PropertyDescriptor)) return false
  }
  return names === 0 && getPrototypeOf(object) === prototype
}

function isGlobalSame(key: PropertyKey, before: PropertyDescriptor): boolean {
  const now = getOwnPropertyDescriptor(globalThis, key)
  if (areEqual(now, before)) return true
  // What Node loads when it is first used takes the place of its accessor, which gives it from then on.
  return before.get !== undefined && now !== undefined && 'value' in now && now.value === before.get.call(globalThis)
}

/** The functions that an object has, or inherits. */
function methodsOf(object: object): Method[] {
  const methods = new Map<PropertyKey, Method>()
  for (let next: object | null = object; next !== null && next !== Object.prototype; next = getPrototypeOf(next)) {
    for (const name of ownKeys(next)) {
      const { value } = getOwnPropertyDescriptor(next, name) as PropertyDescriptor
      if (typeof value === 'function' && !methods.has(name)) methods.set(name, { object, name, value })
    }
  }
  return [...methods.values()]
}

function hasMethod({ object, name, value }: Method): boolean {
  return get(object, name) === value
}

/** Whether all are so, by nothing that a run may have changed. */
function all<Item>(items: readonly Item[], isSo: (item: Item) => boolean): boolean {
  for (let i = 0; i < items.length; i++) if (!isSo(items[i] as Item)) return false
  return true
}
