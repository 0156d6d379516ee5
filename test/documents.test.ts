import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
// Within the checkout, so that the examples' imports are found.
const folder = join(root, '.documents')
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
]

function examplesOf(document: string): string[] {
  return [...readFileSync(join(root, document), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
    (match) => match[1] as string,
  )
}

test('the TypeScript of every document compiles', () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const names = documents.flatMap((document) =>
    examplesOf(document).map((code, index) => {
      const name = `${document.replaceAll(/[/.]/g, '-')}-${index + 1}.ts`
      writeFileSync(join(folder, name), `${code}\nexport {}\n`)
      return name
    }),
  )
  expect(names.length).toBeGreaterThan(5)
  // With what packages declare for themselves, since their sources are compiled here.
  const include = ['*.ts', '../packages/*/src/*.d.ts']
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.base.json', include }))
  expect(run(folder)).toBe('')
}, 60_000)

function run(project: string): string {
  try {
    execFileSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test('every link to a file leads somewhere', () => {
  const broken = documents.flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] as string)
    return links.filter((link) => !isThere(join(root, dirname(document), link))).map((link) => `${document}: ${link}`)
  })
  expect(broken).toEqual([])
})

function isThere(path: string): boolean {
  try {
    readdirSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR'
  }
}
