import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The module of the thread of the databases, made from its sources. */
export async function threadModule(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/sqlite-thread.ts', import.meta.url))],
    bundle: true,
    // Not the names: which are short depends on all that was looked at, not on what is there.
    minifySyntax: true,
    minifyWhitespace: true,
    format: 'esm',
    conditions: ['@datalab/source'],
    platform: 'node',
    target: 'node20',
    write: false,
  })
  const code = outputFiles[0]?.text.trim()
  return `// Made from sqlite-thread.ts: \`vitest run --project local -u\` makes it anew.\nexport const SQLITE_THREAD =\n  ${JSON.stringify(code)}\n`
}
