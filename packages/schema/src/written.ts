import ts from 'typescript'

/** What the type parameters in sight stand for. */
export type Scope = ReadonlyMap<ts.Symbol, Written>

/** A type as it is written in the source, where its order and its aliases can still be seen. */
export interface Written {
  readonly node: ts.TypeNode
  readonly scope: Scope
}

/** A name in the source followed to what it declares, through imports. */
export function symbolOf(checker: ts.TypeChecker, name: ts.Node): ts.Symbol | undefined {
  const symbol = checker.getSymbolAtLocation(name)
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** The scope inside a generic type whose parameters are filled in by `reference`. */
export function scopeOf(
  checker: ts.TypeChecker,
  parameters: readonly ts.TypeParameterDeclaration[] | undefined,
  reference: readonly ts.TypeNode[] | undefined,
  outer: Scope,
): Scope {
  const scope = new Map<ts.Symbol, Written>()
  for (const [index, parameter] of (parameters ?? []).entries()) {
    const symbol = checker.getSymbolAtLocation(parameter.name)
    const argument = reference?.[index]
    if (symbol && argument) scope.set(symbol, { node: argument, scope: outer })
    else if (symbol && parameter.default) scope.set(symbol, { node: parameter.default, scope })
  }
  return scope
}

/** Without parentheses, `readonly`, names of tuple members and type parameters that are filled in. */
export function unwrap(checker: ts.TypeChecker, written: Written): Written {
  const { node, scope } = written
  if (ts.isParenthesizedTypeNode(node) || ts.isNamedTupleMember(node))
    return unwrap(checker, { node: node.type, scope })
  if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword)
    return unwrap(checker, { node: node.type, scope })
  const symbol = ts.isTypeReferenceNode(node) ? symbolOf(checker, node.typeName) : undefined
  const argument = symbol && scope.get(symbol)
  return argument ? unwrap(checker, argument) : written
}

/** Whether the type of a node can be known: nothing in it waits for a type parameter. */
export function isResolved(checker: ts.TypeChecker, node: ts.Node): boolean {
  if (ts.isTypeReferenceNode(node) && (symbolOf(checker, node.typeName)?.flags ?? 0) & ts.SymbolFlags.TypeParameter)
    return false
  return !ts.forEachChild(node, (child) => (isResolved(checker, child) ? undefined : true))
}

/** The literal a type node is, or nothing. */
export function literalOf(node: ts.TypeNode): string | number | boolean | undefined {
  if (!ts.isLiteralTypeNode(node)) return undefined
  const { literal } = node
  if (ts.isStringLiteralLike(literal)) return literal.text
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return true
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return false
  const number = Number(literal.getText())
  return literal.kind === ts.SyntaxKind.NullKeyword || Number.isNaN(number) ? undefined : number
}

export function isUndefined(node: ts.TypeNode): boolean {
  return node.kind === ts.SyntaxKind.UndefinedKeyword
}

export function isNull(node: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword
}

/** Whether a node is a keyword or a literal, which has nothing inside. */
export function isPlain(node: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(node) || ts.isToken(node)
}

/** Whether an alias is one of the two names for a number, `int` and `float`. */
export function isNumberName({ name, type }: ts.TypeAliasDeclaration): boolean {
  return ['int', 'float'].includes(name.text) && type.kind === ts.SyntaxKind.NumberKeyword
}

/** What an interface extends. */
export function basesOf({ heritageClauses }: ts.InterfaceDeclaration): ts.ExpressionWithTypeArguments[] {
  return (heritageClauses ?? []).flatMap(({ types }) => [...types])
}
