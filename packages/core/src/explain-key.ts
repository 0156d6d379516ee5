import { canonicalJson } from './canonical-json.js'
import type { FileReference } from './file-source.js'
import type { JsonObject, JsonValue } from './json.js'
import { IDENTITY } from './normalize-inputs.js'
import type { Provenance } from './provenance.js'

/** More sentences than these are only counted, in one more. */
const MAX_SENTENCES = 50

/** More items than these are only counted where a sentence lists them. */
const MAX_LISTED = 5

const MAX_SHOWN = 80

/**
 * Why two jobs have different keys, in sentences; none when the keys are equal.
 *
 * The operation and its revision, the services it requires, then the inputs by name. Files are recognised by source, root and basename, so a
 * file that changed is told from one that was replaced by another. Of different operations nothing else is compared. The package's version
 * is no part of a key. At most 50 sentences, and one that counts the rest.
 *
 * @example explainKey(a.provenance, b.provenance) // ['increase_by differs: 5 and 6.']
 */
export function explainKey(a: Provenance, b: Provenance): string[] {
  if (a.key === b.key) return []
  const sentences: string[] = []
  let more = 0
  for (const sentence of differences(a, b)) {
    if (sentences.length < MAX_SENTENCES) sentences.push(sentence)
    else more++
  }
  if (sentences.length === 0) return ['They differ in something that their provenances do not hold.']
  if (more > 0) sentences.push(`And ${more} more ${more === 1 ? 'difference' : 'differences'}.`)
  return sentences
}

function* differences(a: Provenance, b: Provenance): Generator<string> {
  const [first, second] = [a.operation, b.operation]
  if (first.id !== second.id) {
    const named = ({ id, name }: Provenance['operation']) => (first.name === second.name ? `${name} (${id})` : name)
    yield `They are different operations: ${named(first)} and ${named(second)}.`
    return
  }
  if (first.revision !== second.revision)
    yield `The operation's revision differs: ${first.revision} and ${second.revision}.`
  for (const { name, a: one, b: other } of members(a.services, b.services)) {
    if (one === undefined || other === undefined)
      yield `Only the ${other === undefined ? 'first' : 'second'} requires the service ${name}.`
    else if (one !== other) yield `The service ${name} differs: revision ${one} and ${other}.`
  }
  yield* compareSettings(a.settings ?? {}, b.settings ?? {})
  yield* compareObjects('', a.inputs, b.inputs)
}

function* compareSettings(a: JsonObject, b: JsonObject): Generator<string> {
  for (const { name, a: one, b: other } of members(a, b)) {
    if (one === undefined || other === undefined)
      yield `Only the ${other === undefined ? 'first' : 'second'} has settings of the service ${name}.`
    else yield* compare(`the settings of the service ${name}`, one, other)
  }
}

function* compare(place: string, a: JsonValue, b: JsonValue): Generator<string> {
  if (canonicalJson(a) === canonicalJson(b)) return
  if (isFile(a) && isFile(b)) yield* compareFiles(place, a, b)
  else if (isObject(a) && isObject(b)) yield* compareObjects(place, a, b)
  else if (Array.isArray(a) && Array.isArray(b)) yield* compareLists(place, a, b)
  else yield differs(place, shown(a), shown(b))
}

function* compareObjects(place: string, a: JsonObject, b: JsonObject): Generator<string> {
  for (const { name, a: one, b: other } of members(a, b)) {
    const inner = place === '' ? name : `${place}, ${name}`
    if (one === undefined) yield `${inner} is only given for the second: ${shown(other as JsonValue)}.`
    else if (other === undefined) yield `${inner} is only given for the first: ${shown(one)}.`
    else yield* compare(inner, one, other)
  }
}

function* compareFiles(place: string, a: FileObject, b: FileObject): Generator<string> {
  if (referenceOf(a) !== referenceOf(b)) {
    const isSameName = a.basename === b.basename
    yield differs(place, fileName(a, isSameName), fileName(b, isSameName))
    return
  }
  const { [IDENTITY]: one = null, ...rest } = a
  const { [IDENTITY]: other = null, ...otherRest } = b
  if (canonicalJson(one) !== canonicalJson(other)) {
    // Of other sources it is not known what they tell versions by.
    const why = a.source === 'local' ? ' (its size or time differs)' : ''
    yield `${place}: ${fileName(a)} is another version of the file${why}.`
  }
  yield* compareObjects(`${place}, ${fileName(a)}`, rest, otherRest)
}

/** Lists are compared as bags, since nothing here tells which are ordered; of those that are, the order is compared after. */
function* compareLists(place: string, a: readonly JsonValue[], b: readonly JsonValue[]): Generator<string> {
  const { equal, alike, onlyA, onlyB } = matchItems(a, b)
  for (const [one, other] of alike.sort(([x], [y]) => x.index - y.index))
    yield* compare(`${place}, item ${one.index + 1}`, one.value, other.value)
  yield* surplus(place, onlyA, onlyB)
  if (isReordered(equal)) yield `${place}: the order differs.`
}

interface Item {
  readonly index: number
  readonly value: JsonValue
  readonly text: string
}

type Pair = readonly [a: Item, b: Item]

/** Pairs each item with an equal one, at its place if there is one; else a file with its other version, and a value with that at its place. */
function matchItems(a: readonly JsonValue[], b: readonly JsonValue[]) {
  const itemOf = (value: JsonValue, index: number): Item => ({ index, value, text: canonicalJson(value) })
  let [onlyA, onlyB] = [a.map(itemOf), b.map(itemOf)]
  const take = (nameOf: (item: Item) => string | undefined): Pair[] => {
    const pairs = pairUp(onlyA, onlyB, nameOf)
    const taken = new Set(pairs.flat())
    onlyA = onlyA.filter((item) => !taken.has(item))
    onlyB = onlyB.filter((item) => !taken.has(item))
    return pairs
  }
  const equal = [...take(({ index, text }) => `${index} ${text}`), ...take(({ text }) => text)]
  const alike = [
    ...take(({ value }) => (isFile(value) ? referenceOf(value) : undefined)),
    ...take(({ value, index }) => (isFile(value) ? undefined : String(index))),
  ]
  return { equal, alike, onlyA, onlyB }
}

/** Of items of one name, the first goes with the first, the second with the second. */
function pairUp(a: readonly Item[], b: readonly Item[], nameOf: (item: Item) => string | undefined): Pair[] {
  const waiting = new Map<string | undefined, Item[]>()
  for (const item of b.toReversed()) {
    const name = nameOf(item)
    const sameName = waiting.get(name)
    if (sameName === undefined) waiting.set(name, [item])
    else sameName.push(item)
  }
  return a.flatMap((item): Pair[] => {
    const name = nameOf(item)
    const partner = name === undefined ? undefined : waiting.get(name)?.pop()
    return partner === undefined ? [] : [[item, partner]]
  })
}

/**
 * Whether the items that both lists have stand in different orders. The texts are compared, not the pairs: which of several equal items is
 * paired with which must not matter.
 */
function isReordered(equal: readonly Pair[]): boolean {
  const inFirst = equal.map(([one]) => one).sort((x, y) => x.index - y.index)
  const inSecond = equal.map(([, other]) => other).sort((x, y) => x.index - y.index)
  return inFirst.some((item, index) => item.text !== inSecond[index]?.text)
}

function* surplus(place: string, a: readonly Item[], b: readonly Item[]): Generator<string> {
  const names = new Set(a.map(({ value }) => shown(value)))
  const isAmbiguous = b.some(({ value }) => names.has(shown(value)))
  const listed = (items: readonly Item[]) => {
    const texts = items.slice(0, MAX_LISTED).map(({ value }) => shown(value, isAmbiguous))
    const more = items.length - texts.length
    return texts.join(', ') + (more > 0 ? ` and ${more} more` : '')
  }
  const kind = a.length > 0 && b.length > 0 ? 'of its own' : 'more'
  if (a.length > 0) yield `${place}: the first has ${a.length} ${kind}: ${listed(a)}.`
  if (b.length > 0) yield `${place}: the second has ${b.length} ${kind}: ${listed(b)}.`
}

/** What stands under each name in either of two objects, in order of the names. */
function members<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>) {
  const own = (object: Readonly<Record<string, T>>, name: string) =>
    Object.hasOwn(object, name) ? object[name] : undefined
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return names.map((name) => ({ name, a: own(a, name), b: own(b, name) }))
}

function differs(place: string, a: string, b: string): string {
  return a === b ? `${place} differs, in what is too long to show here.` : `${place} differs: ${a} and ${b}.`
}

function shown(value: JsonValue, isFull = false): string {
  return isFile(value) ? fileName(value, isFull) : shortened(JSON.stringify(value))
}

function fileName({ basename, source, root }: FileObject, isFull = false): string {
  if (!isFull) return shortened(basename)
  return `${shortened(basename)} (${root === undefined ? source : `${source}, ${root}`})`
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}...` : text
}

/** The inputs' references carry more than what names the file: its identity, and what its operation declares. */
type FileObject = FileReference & JsonObject

function isFile(value: JsonValue): value is FileObject {
  return isObject(value) && typeof value.basename === 'string' && typeof value.source === 'string'
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function referenceOf({ source, root, basename }: FileObject): string {
  return JSON.stringify([source, root ?? null, basename])
}
