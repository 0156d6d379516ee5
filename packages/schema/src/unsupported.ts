import ts from 'typescript'
import type { Report } from './annotate.js'

const { TypeFlags } = ts

/** Types that no JSON value has, by the flag the compiler gives them. The first that fits names the problem. */
const refusedFlags: readonly (readonly [flags: number, problem: string])[] = [
  [TypeFlags.Any, 'the type is `any` (or could not be resolved); say which JSON type it is'],
  [TypeFlags.Unknown, '`unknown` cannot be an input; say which JSON type it is'],
  [TypeFlags.Never, '`never` cannot be an input; remove it'],
  [TypeFlags.BigIntLike, '`bigint` cannot be an input, since JSON has none; use `int`, or a string of digits'],
  [TypeFlags.ESSymbolLike, 'a `symbol` cannot be an input; use a union of strings'],
  [TypeFlags.Void | TypeFlags.Undefined, 'JSON has no `undefined`; make the member optional, or use `null`'],
  [TypeFlags.NonPrimitive, '`object` says nothing of its members; use an interface'],
  [
    TypeFlags.TemplateLiteral | TypeFlags.StringMapping,
    'a template of strings cannot be an input; use `string` with @pattern',
  ],
  [TypeFlags.Instantiable, 'the generic type is not resolved; fill its type parameters in'],
]

const instead: Readonly<Record<string, string>> = {
  Date: 'use a string with @format date-time',
  Map: 'use `Record<string, ...>`',
  WeakMap: 'use `Record<string, ...>`',
  Set: 'use a list with @uniqueItems true',
  RegExp: 'use `string`',
  Function: 'inputs are data',
  Object: 'use an interface',
  String: 'use `string`',
  Number: 'use `number`',
  Boolean: 'use `boolean`',
}

/** Types nested deeper than this never end. */
const deepest = 40

/** Reports every place in a type that JSON, and so an input, cannot hold. */
export function reportUnsupported(program: ts.Program, root: ts.Type, name: string, report: Report): void {
  new Inspection(program, report).visit(root, name, [])
}

class Inspection {
  readonly #program: ts.Program
  readonly #checker: ts.TypeChecker
  readonly #report: Report

  constructor(program: ts.Program, report: Report) {
    this.#program = program
    this.#checker = program.getTypeChecker()
    this.#report = report
  }

  visit(type: ts.Type, path: string, outer: readonly ts.Type[]): void {
    const refused = refusedFlags.find(([flags]) => type.flags & flags)
    if (refused) this.#report(path, refused[1])
    else if (type.isUnion()) for (const member of type.types) this.visit(member, path, outer)
    else if (type.isIntersection()) this.#intersection(type, path, outer)
    else if (type.flags & TypeFlags.Object) this.#object(type, path, outer)
  }

  #intersection(type: ts.IntersectionType, path: string, outer: readonly ts.Type[]): void {
    if (type.types.some(({ flags }) => !(flags & TypeFlags.Object)))
      this.#report(path, 'an intersection with a plain value (a branded type) cannot be an input; use the plain type')
    else this.#members(type, path, outer)
  }

  #object(type: ts.Type, path: string, outer: readonly ts.Type[]): void {
    const elements = this.#elements(type)
    if (outer.includes(type) || outer.length > deepest)
      this.#report(path, 'a type that contains itself cannot be an input; limit its depth with separate types')
    else if (this.#checker.isTupleType(type) && !hasFixedLength(type as ts.TupleTypeReference))
      this.#report(path, 'a tuple with optional or rest elements cannot be an input; use a plain list')
    else if (elements) for (const element of elements) this.visit(element, `${path}[]`, [...outer, type])
    else {
      const problem = this.#problem(type)
      if (problem) this.#report(path, problem)
      else this.#members(type, path, outer)
    }
  }

  #elements(type: ts.Type): readonly ts.Type[] | undefined {
    const list = this.#checker.isArrayType(type) || this.#checker.isTupleType(type)
    return list ? this.#checker.getTypeArguments(type as ts.TypeReference) : undefined
  }

  #problem(type: ts.Type): string | undefined {
    const name = type.symbol?.name ?? ''
    const declaration = type.symbol?.declarations?.[0]
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0)
      return 'a function cannot be an input; inputs are data'
    if (declaration && this.#isLibraryType(type, declaration))
      return `a ${name} cannot be an input, since JSON has none; ${instead[name] ?? 'use lists, numbers, strings and interfaces'}`
    if (type.isClass()) return `the class ${name} cannot be an input; use an interface`
    const empty = this.#checker.getPropertiesOfType(type).length + this.#checker.getIndexInfosOfType(type).length === 0
    if (empty && type.symbol && type.symbol.flags & ts.SymbolFlags.TypeLiteral)
      return '`{}` says nothing of its members; name them'
    return undefined
  }

  #members(type: ts.Type, path: string, outer: readonly ts.Type[]): void {
    for (const property of this.#checker.getPropertiesOfType(type)) {
      if (property.name.startsWith('__@'))
        this.#report(path, 'a member named by a symbol cannot be an input; use a plain name')
      else this.visit(this.#typeOf(property), `${path}.${property.name}`, [...outer, type])
    }
    for (const { keyType, type: value } of this.#checker.getIndexInfosOfType(type)) {
      if (keyType.flags & TypeFlags.String) this.visit(value, `${path}.*`, [...outer, type])
      else this.#report(path, 'members can be named by `string` only; use `Record<string, ...>` or a list')
    }
  }

  #typeOf(property: ts.Symbol): ts.Type {
    const type = this.#checker.getTypeOfSymbol(property)
    // "May be left out" is what JSON has for `undefined`.
    return property.flags & ts.SymbolFlags.Optional ? this.#checker.getNonNullableType(type) : type
  }

  #isLibraryType(type: ts.Type, declaration: ts.Declaration): boolean {
    // `Record`, `Partial` and their like stand in the library too, but what they make is the author's.
    const mapped = (type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped
    return !mapped && this.#program.isSourceFileDefaultLibrary(declaration.getSourceFile())
  }
}

function hasFixedLength({ target }: ts.TupleTypeReference): boolean {
  return !target.hasRestElement && target.minLength === target.fixedLength
}
