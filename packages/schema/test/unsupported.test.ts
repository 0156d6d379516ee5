import { testRefusals } from './project.js'

const refused: [string, string][] = [
  ['a: any', 'Test.a: the type is `any` (or could not be resolved); say which JSON type it is'],
  ['a: unknown', 'Test.a: `unknown` cannot be an input; say which JSON type it is'],
  ['a: { b: unknown }[]', 'Test.a[].b: `unknown` cannot be an input; say which JSON type it is'],
  ['a: Record<string, any>', 'Test.a.*: the type is `any` (or could not be resolved); say which JSON type it is'],
  ['a: never', 'Test.a: `never` cannot be an input; remove it'],
  ['a: bigint', 'Test.a: `bigint` cannot be an input, since JSON has none; use `int`, or a string of digits'],
  ['a: 1n | 2n', 'Test.a: `bigint` cannot be an input, since JSON has none; use `int`, or a string of digits'],
  ['a: symbol', 'Test.a: a `symbol` cannot be an input; use a union of strings'],
  ['a: undefined', 'Test.a: JSON has no `undefined`; make the member optional, or use `null`'],
  ['a: number | undefined', 'Test.a: JSON has no `undefined`; make the member optional, or use `null`'],
  ['a: (number | undefined)[]', 'Test.a[]: JSON has no `undefined`; make the member optional, or use `null`'],
  ['a: object', 'Test.a: `object` says nothing of its members; use an interface'],
  ['a: {}', 'Test.a: `{}` says nothing of its members; name them'],
  ['a: `x$' + '{number}`', 'Test.a: a template of strings cannot be an input; use `string` with @pattern'],
  ['a: () => void', 'Test.a: a function cannot be an input; inputs are data'],
  ['a(): number', 'Test.a: a function cannot be an input; inputs are data'],
  ['a?: Date', 'Test.a: a Date cannot be an input, since JSON has none; use a string with @format date-time'],
  ['a: Map<string, number>', 'Test.a: a Map cannot be an input, since JSON has none; use `Record<string, ...>`'],
  ['a: Set<string>', 'Test.a: a Set cannot be an input, since JSON has none; use a list with @uniqueItems true'],
  [
    'a: Float32Array',
    'Test.a: a Float32Array cannot be an input, since JSON has none; use lists, numbers, strings and interfaces',
  ],
  ['a: [number, string?]', 'Test.a: a tuple with optional or rest elements cannot be an input; use a plain list'],
  ['a: [number, ...string[]]', 'Test.a: a tuple with optional or rest elements cannot be an input; use a plain list'],
  ['a: Thing', 'Test.a: the class Thing cannot be an input; use an interface'],
  ['a: Branded', 'Test.a: an intersection with a plain value (a branded type) cannot be an input; use the plain type'],
  ['a: Tree', 'Test.a.children[]: a type that contains itself cannot be an input; limit its depth with separate types'],
  [
    'a: Endless<string>',
    `Test.a${'.inner'.repeat(40)}: a type that contains itself cannot be an input; limit its depth with separate types`,
  ],
  [
    'a: { [index: number]: string }',
    'Test.a: members can be named by `string` only; use `Record<string, ...>` or a list',
  ],
  ['[key]: string', 'Test: a member named by a symbol cannot be an input; use a plain name'],
]

testRefusals(
  refused,
  (declaration) => `export declare const key: unique symbol
  export declare class Thing { a: number }
  export type Branded = number & { brand: 'x' }
  export interface Tree { children: Tree[] }
  export interface Endless<T> { inner?: Endless<T[]> }
  export interface Test { ${declaration} }`,
)
