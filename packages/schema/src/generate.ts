import { resolve } from 'node:path'
import ts from 'typescript'
import { getDefaultArgs, JsonSchemaGenerator } from 'typescript-json-schema'
import type { Report } from './annotate.js'
import { compile, compilerErrors } from './compile.js'
import { docOf } from './doc.js'
import { Repair } from './repair.js'
import type { Schema } from './schema.js'
import { SchemaError } from './schema-error.js'
import { tidy } from './tidy.js'
import { reportUnsupported } from './unsupported.js'

/** An exported interface or type alias, as far as choosing it needs. */
export interface ExportedType {
  readonly name: string
  readonly kind: 'interface' | 'alias'
  /** The name the wizard has for it, by its `@wizard_type` tag. */
  readonly wizardType?: string
}

/** Which of a file's exported types become schemas. */
export interface SchemaRequest {
  /** A TypeScript file, relative to the working directory. */
  readonly file: string
  /** Their names, or a choice among what the file exports, in source order. */
  readonly types: readonly string[] | ((exported: readonly ExportedType[]) => readonly string[])
}

/** The schemas of one file, by the name of their type. */
export type Schemas = ReadonlyMap<string, Schema>

const settings = {
  ...getDefaultArgs(),
  required: true,
  noExtraProps: true,
  strictNullChecks: true,
  ref: false,
  ignoreErrors: true,
}

/**
 * Schemas of exported types, for each request in its order. All files are compiled together, which is much faster than one by one.
 *
 * @throws SchemaError naming every field of every request that cannot be an input.
 */
export function generateSchemas(requests: readonly SchemaRequest[]): Schemas[] {
  const program = compile(requests.map(({ file }) => resolve(file)))
  const problems = new Set<string>()
  const schemas = requests.map((request) => {
    const source = program.getSourceFile(resolve(request.file))
    if (!source) problems.add(`${request.file}: there is no such file`)
    return source ? schemasOf(program, source, request, problems) : new Map<string, Schema>()
  })
  if (problems.size > 0) throw new SchemaError([...problems])
  return schemas
}

function schemasOf(program: ts.Program, source: ts.SourceFile, request: SchemaRequest, problems: Set<string>): Schemas {
  const schemas = new Map<string, Schema>()
  const errors = compilerErrors(program, source)
  for (const error of errors) problems.add(`${request.file}:${error}`)
  if (errors.length > 0) return schemas
  const symbols = exportedTypes(program, source)
  const chosen =
    typeof request.types === 'function' ? request.types([...symbols.values()].map(describe)) : request.types
  const report: Report = (path, problem) => problems.add(`${request.file}: ${path}: ${problem}`)
  for (const name of chosen) {
    const symbol = symbols.get(name)
    if (symbol) schemas.set(name, schemaOf(program, symbol, report))
    else problems.add(`${request.file}: exports no interface ${name}; export it`)
  }
  return schemas
}

function schemaOf(program: ts.Program, symbol: ts.Symbol, report: Report): Schema {
  const checker = program.getTypeChecker()
  let refused = false
  const refuse: Report = (path, problem) => {
    refused = true
    report(path, problem)
  }
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  if (isGeneric(symbol)) refuse(symbol.name, 'has type parameters; export one with them filled in')
  else reportUnsupported(program, type, symbol.name, refuse)
  if (refused) return {}
  const generate = generator(checker)
  const schema = generate(type)
  new Repair(program, generate, refuse).declared(schema, symbol)
  return refused ? {} : tidy(schema, symbol.name, report)
}

/** The generator's own maker looks for types by name in all files, and confuses equal names; this one is handed the type. */
function generator(checker: ts.TypeChecker): (type: ts.Type) => Schema {
  const types: Record<string, ts.Type> = {}
  const schemas = new JsonSchemaGenerator([], types, {}, {}, checker, settings)
  return (type) => {
    types.root = type
    const { $schema: _, ...schema } = schemas.getSchemaForSymbol('root')
    return schema as Schema
  }
}

function exportedTypes(program: ts.Program, source: ts.SourceFile): Map<string, ts.Symbol> {
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(source)
  const symbols = (module ? checker.getExportsOfModule(module) : []).filter((symbol) => declarationIn(source, symbol))
  symbols.sort((a, b) => (declarationIn(source, a)?.pos ?? 0) - (declarationIn(source, b)?.pos ?? 0))
  return new Map(symbols.map((symbol) => [symbol.name, symbol]))
}

function declarationIn(source: ts.SourceFile, { declarations = [] }: ts.Symbol): ts.Declaration | undefined {
  const isType = (node: ts.Node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
  return declarations.find((declaration) => isType(declaration) && declaration.getSourceFile() === source)
}

function describe(symbol: ts.Symbol): ExportedType {
  const wizardType = docOf(symbol).tags.find(({ name }) => name === 'wizard_type')?.text
  const kind = symbol.flags & ts.SymbolFlags.Interface ? 'interface' : 'alias'
  return { name: symbol.name, kind, ...(wizardType === undefined ? {} : { wizardType }) }
}

function isGeneric({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (node) =>
      (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && (node.typeParameters?.length ?? 0) > 0,
  )
}
