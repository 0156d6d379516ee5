import ts from 'typescript'
import { annotate, type Report, type Target } from './annotate.js'
import type { Schema } from './schema.js'
import {
  basesOf,
  isNull,
  isNumberName,
  isPlain,
  isResolved,
  isUndefined,
  literalOf,
  type Scope,
  scopeOf,
  symbolOf,
  unwrap,
  type Written,
} from './written.js'

/** Keywords that a type hands down to those that extend it: what is a FITS file stays one. */
const handedDown = ['wizard_type', 'additionalProperties'] as const

/**
 * Puts back into a generated schema what the compiler's types have lost and only the source still shows: `int`, the order of unions, the values of
 * records, and the doc comments of aliases.
 */
export class Repair {
  readonly #program: ts.Program
  readonly #checker: ts.TypeChecker
  readonly #generate: (type: ts.Type) => Schema
  readonly #report: Report

  constructor(program: ts.Program, generate: (type: ts.Type) => Schema, report: Report) {
    this.#program = program
    this.#checker = program.getTypeChecker()
    this.#generate = generate
    this.#report = report
  }

  /** Repairs the schema of an exported interface or type alias. */
  declared(schema: Schema, symbol: ts.Symbol): void {
    this.#symbol(fresh(schema, symbol.name), symbol, undefined, new Map())
  }

  #visit(target: Target, type: Written): void {
    const written = unwrap(this.#checker, type)
    const { node, scope } = written
    if (ts.isTypeReferenceNode(node)) this.#reference(target, node, scope)
    else if (ts.isArrayTypeNode(node)) this.#list(target, { node: node.elementType, scope })
    else if (ts.isTupleTypeNode(node)) this.#tuple(target, node, scope)
    else if (ts.isUnionTypeNode(node)) this.#union(target, node, scope)
    else if (ts.isIntersectionTypeNode(node))
      for (const part of node.types) this.#part(target, new Set(), (base) => this.#visit(base, { node: part, scope }))
    else if (ts.isTypeLiteralNode(node)) this.#members(target, [...node.members], scope)
    else if (ts.isMappedTypeNode(node)) this.#mapped(target, node, scope)
    else if (ts.isIndexedAccessTypeNode(node)) this.#indexed(target, node)
    else if (!isPlain(node)) this.#computed(target, node)
  }

  #reference(target: Target, node: ts.TypeReferenceNode, scope: Scope): void {
    const symbol = symbolOf(this.#checker, node.typeName)
    const [first] = node.typeArguments ?? []
    if (symbol && first && ['Array', 'ReadonlyArray'].includes(symbol.name)) this.#list(target, { node: first, scope })
    else if (symbol) this.#symbol(target, symbol, node.typeArguments, scope)
  }

  #symbol(target: Target, symbol: ts.Symbol, given: readonly ts.TypeNode[] | undefined, scope: Scope): void {
    const declarations = symbol.declarations ?? []
    const alias = declarations.find(ts.isTypeAliasDeclaration)
    const interfaces = declarations.filter(ts.isInterfaceDeclaration)
    if (alias && isNumberName(alias)) {
      this.#number(target, alias.name.text)
      return
    }
    if (!declarations.some((node) => this.#program.isSourceFileDefaultLibrary(node.getSourceFile())))
      annotate(target, symbol, this.#report)
    const parameters = alias?.typeParameters ?? interfaces[0]?.typeParameters
    const inner = scopeOf(this.#checker, parameters, given, scope)
    if (alias) this.#visit(target, { node: alias.type, scope: inner })
    else if (symbol.flags & ts.SymbolFlags.Enum) this.#enum(target.schema, symbol)
    else this.#interface(target, interfaces, inner)
  }

  /** The names of numbers explain themselves to authors; what they say is not about the field. */
  #number({ schema, taken }: Target, name: string): void {
    if (name === 'int') schema.type = 'integer'
    if (!taken.has('description')) delete schema.description
  }

  #interface(target: Target, declarations: readonly ts.InterfaceDeclaration[], scope: Scope): void {
    const own = declarations.flatMap(({ members }) => [...members])
    const names = new Set(own.flatMap(({ name }) => (name && symbolOf(this.#checker, name)?.name) ?? []))
    for (const { expression, typeArguments } of declarations.flatMap(basesOf)) {
      const symbol = symbolOf(this.#checker, expression)
      if (symbol) this.#part(target, names, (base) => this.#symbol(base, symbol, typeArguments, scope))
    }
    this.#members(target, own, scope)
  }

  /** Repairs a schema as far as one of the types it is composed of reaches. */
  #part({ schema, taken, path }: Target, overridden: ReadonlySet<string>, visit: (base: Target) => void): void {
    const inherited = Object.entries(schema.properties ?? {}).filter(([name]) => !overridden.has(name))
    const base: Schema = { ...schema, properties: Object.fromEntries(inherited) }
    visit(fresh(base, path))
    for (const keyword of handedDown) {
      if (taken.has(keyword) || !base[keyword]) continue
      Object.assign(schema, { [keyword]: base[keyword] })
      taken.add(keyword)
    }
  }

  #members(target: Target, members: readonly ts.TypeElement[], scope: Scope): void {
    for (const member of members) {
      if (ts.isIndexSignatureDeclaration(member)) this.#rest(target, { node: member.type, scope })
      const symbol = member.name && symbolOf(this.#checker, member.name)
      if (!symbol || !ts.isPropertySignature(member) || !member.type) continue
      const property = target.schema.properties?.[symbol.name]
      const inner = fresh(property ?? {}, `${target.path}.${symbol.name}`)
      annotate(inner, symbol, this.#report)
      if (property) this.#visit(inner, { node: member.type, scope })
    }
  }

  #list({ schema, path }: Target, element: Written): void {
    if (schema.items && !Array.isArray(schema.items)) this.#visit(fresh(schema.items, `${path}[]`), element)
  }

  #tuple({ schema, path }: Target, { elements }: ts.TupleTypeNode, scope: Scope): void {
    const items = Array.isArray(schema.items) ? schema.items : []
    for (const [index, element] of elements.entries()) {
      const item = items[index]
      if (item) this.#visit(fresh(item, `${path}[${index}]`), { node: element, scope })
    }
  }

  #union(target: Target, union: ts.UnionTypeNode, scope: Scope): void {
    const members = union.types
      .map((node) => unwrap(this.#checker, { node, scope }))
      .filter(({ node }) => !isUndefined(node))
    const [only, another] = members
    const alternatives = members.flatMap((member) => this.#alternatives(member))
    if (only && !another) this.#visit(target, only)
    else if (alternatives.every(({ node }) => isResolved(this.#checker, node))) this.#rewrite(target, alternatives)
    else this.#computed(target, union)
    if (another) this.#nullable(target, members)
  }

  /** What is said of a type is true of that type or `null`. */
  #nullable(target: Target, members: readonly Written[]): void {
    const [only, another] = members.map(({ node }) => node).filter((node) => !isNull(node))
    const symbol = only && !another && ts.isTypeReferenceNode(only) && symbolOf(this.#checker, only.typeName)
    if (symbol && !aliasOf(symbol, isNumberName)) annotate(target, symbol, this.#report)
  }

  /** The members of a union in source order, with unions inside it opened up, and without `undefined`. */
  #alternatives(written: Written): Written[] {
    const { node, scope } = unwrap(this.#checker, written)
    if (isUndefined(node)) return []
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((member) => this.#alternatives({ node: member, scope }))
    const symbol = ts.isTypeReferenceNode(node) ? symbolOf(this.#checker, node.typeName) : undefined
    const alias = symbol && aliasOf(symbol, ({ typeParameters, type }) => !typeParameters && opensInUnion(type))
    return alias ? this.#alternatives({ node: alias.type, scope: new Map() }) : [{ node, scope }]
  }

  #rewrite({ schema, path }: Target, alternatives: readonly Written[]): void {
    const values = alternatives.map(({ node }) => literalOf(node))
    const literals = [...new Set(values.filter((value) => value !== undefined))]
    const first = values.findIndex((value) => value !== undefined)
    const schemas = alternatives.flatMap((alternative, index) => {
      if (index === first) return [choiceOf(literals)]
      return values[index] === undefined ? [this.#alternative(alternative, path)] : []
    })
    for (const keyword of ['type', 'enum', 'const', 'anyOf']) delete schema[keyword]
    if (schemas.length === 1) Object.assign(schema, schemas[0])
    else schema.anyOf = schemas
  }

  #alternative(written: Written, path: string): Schema {
    const schema = this.#generate(this.#checker.getTypeFromTypeNode(written.node))
    this.#visit(fresh(schema, path), written)
    return schema
  }

  #enum(schema: Schema, { declarations = [] }: ts.Symbol): void {
    const members = declarations.filter(ts.isEnumDeclaration).flatMap((declaration) => [...declaration.members])
    const values: unknown[] = members.map((member) => this.#checker.getConstantValue(member))
    schema.enum?.sort((a, b) => values.indexOf(a) - values.indexOf(b))
  }

  #mapped(target: Target, node: ts.MappedTypeNode, scope: Scope): void {
    const keys = node.typeParameter.constraint
    if (!keys || !node.type) return
    const value = { node: node.type, scope }
    if (this.#copiesMembers(node, node.type)) this.#visit(target, { node: node.type.objectType, scope })
    else if (unwrap(this.#checker, { node: keys, scope }).node.kind === ts.SyntaxKind.StringKeyword)
      this.#rest(target, value)
    else
      for (const [name, property] of Object.entries(target.schema.properties ?? {}))
        this.#visit(fresh(property, `${target.path}.${name}`), value)
  }

  /** Whether a mapped type takes its members as they are, as `Partial` and `Pick` do. */
  #copiesMembers(mapped: ts.MappedTypeNode, value: ts.TypeNode): value is ts.IndexedAccessTypeNode {
    if (!ts.isIndexedAccessTypeNode(value) || !ts.isTypeReferenceNode(value.indexType)) return false
    return symbolOf(this.#checker, value.indexType.typeName) === symbolOf(this.#checker, mapped.typeParameter.name)
  }

  #indexed(target: Target, node: ts.IndexedAccessTypeNode): void {
    const name = isResolved(this.#checker, node) ? literalOf(node.indexType) : undefined
    const type = this.#checker.getTypeFromTypeNode(node.objectType)
    const property = name === undefined ? undefined : this.#checker.getPropertyOfType(type, String(name))
    const declaration = property?.declarations?.find(ts.isPropertySignature)
    if (declaration?.type && isResolved(this.#checker, declaration.type))
      this.#visit(target, { node: declaration.type, scope: new Map() })
    else this.#computed(target, node)
  }

  #rest(target: Target, written: Written): void {
    const value = unwrap(this.#checker, written)
    if (isResolved(this.#checker, value.node))
      target.schema.additionalProperties = this.#alternative(value, `${target.path}.*`)
    else this.#computed(target, value.node)
  }

  #computed({ path }: Target, node: ts.Node): void {
    this.#report(path, `\`${node.getText()}\` is computed and cannot be followed; write the type out`)
  }
}

function fresh(schema: Schema, path: string): Target {
  return { schema, taken: new Set(), path }
}

function aliasOf(
  { declarations = [] }: ts.Symbol,
  fits: (alias: ts.TypeAliasDeclaration) => boolean,
): ts.TypeAliasDeclaration | undefined {
  return declarations.filter(ts.isTypeAliasDeclaration).find(fits)
}

function opensInUnion(type: ts.TypeNode): boolean {
  return ts.isUnionTypeNode(type) || ts.isLiteralTypeNode(type)
}

/** The schema of one of several literals, in the order given. */
function choiceOf(literals: readonly (string | number | boolean)[]): Schema {
  const types = new Set(literals.map((literal) => typeof literal))
  const [type] = types
  const typed = type && types.size === 1 ? { type } : {}
  if (typed.type === 'boolean' && literals.length === 2) return typed
  return { ...typed, ...(literals.length === 1 ? { const: literals[0] } : { enum: [...literals] }) }
}
