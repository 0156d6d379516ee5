import { dirname } from 'node:path'
import ts from 'typescript'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.ESNext,
  // Finds sources in a workspace (by the condition) and declarations everywhere else.
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  customConditions: ['@datalab/source'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
}

const typeStatements = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.EnumDeclaration,
])

/** The language's own declarations, which never change: reading them is most of the work. */
const library = new Map<string, ts.SourceFile | undefined>()

/** One program for all files: what they import in common is read once. No tsconfig.json is read. */
export function compile(files: readonly string[]): ts.Program {
  const host = ts.createCompilerHost(options)
  const folder = dirname(ts.getDefaultLibFilePath(options))
  const read = host.getSourceFile
  host.getSourceFile = (file, ...how) => {
    if (dirname(file) !== folder) return read(file, ...how)
    if (!library.has(file)) library.set(file, read(file, ...how))
    return library.get(file)
  }
  return ts.createProgram([...files], options, host)
}

/** What the compiler says about the imports and types of a file, one sentence each with its line. Code beside the types is left to the author's own compiler. */
export function compilerErrors(program: ts.Program, source: ts.SourceFile): string[] {
  const errors = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  return errors.flatMap(({ start = 0, messageText }) => {
    const statement = source.statements.find(({ pos, end }) => pos <= start && start < end)
    if (statement && !typeStatements.has(statement.kind)) return []
    const line = source.getLineAndCharacterOfPosition(start).line + 1
    return [`${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`]
  })
}
