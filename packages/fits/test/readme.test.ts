import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Header, readImage, writeImage, writeTable } from '../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'fits-readme-'))
const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => match[1]!)

/** What the server sends of a file, and how often it is asked. */
let server: Server
let requests = 0

const HEADER = Object.entries({
  ...{ CTYPE1: 'RA---TAN', CTYPE2: 'DEC--TAN', CRVAL1: 250, CRVAL2: 36, CRPIX1: 1, CRPIX2: 1 },
  ...{ CDELT1: -0.001, CDELT2: 0.001, EXPTIME: 30 },
}).reduce((all, [keyword, value]) => all.set(keyword, value), new Header())

/** The files that the examples read; some write them anew. */
beforeEach(async () => {
  const [width, height] = [300, 300]
  const image = {
    data: Float32Array.from({ length: width * height }, (_, i) => i % 997),
    width,
    height,
    header: HEADER,
  }
  for (const [, name, fz] of examples.join('').matchAll(/'([\w-]+\.fits)(\.fz)?'/g)) {
    await writeImage(join(folder, `${name}${fz ?? ''}`), image, { compression: fz ? 'lossless' : 'none' })
  }
  await writeImage(join(folder, 'm13.fits'), image)
  const columns = (...names: string[]) => names.map((name) => ({ name, data: Float64Array.of(1, 2, 3) }))
  await writeTable(join(folder, 'frame.fits.fz'), { columns: columns('ra', 'dec', 'flux'), extname: 'CAT' })
  await writeTable(join(folder, 'events.fits'), { columns: columns('TIME', 'PI'), extname: 'EVENTS' })
})

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++
    const bytes = readFileSync(join(folder, 'm13.fits'))
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const part = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1)
    response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length })
    response.end(request.method === 'HEAD' ? undefined : part)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})

afterAll(async () => {
  await new Promise((closed) => server.close(closed))
  rmSync(folder, { recursive: true, force: true })
})

/** Runs an example in the folder, small where it is large. */
async function run(example: string): Promise<string> {
  const { port } = server.address() as AddressInfo
  const contents = example.replaceAll('50_000', '50').replace('localhost:8080', `127.0.0.1:${port}`)
  const outfile = join(folder, 'example.mjs')
  await build({
    stdin: { contents, loader: 'ts', resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@datalab/source'],
    alias: { '@datalab/fits': resolve(import.meta.dirname, '../src/index.ts') },
    // Where sharp is, since the bundle lies elsewhere.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(${JSON.stringify(import.meta.url)})`,
    },
    logLevel: 'error',
  })
  const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: folder })
  return stdout
}

const codec = examples.filter((example) => !example.includes('@datalab/core'))

test('the README has examples', () => {
  expect(codec.length).toBeGreaterThan(5)
})

test.each(codec.map((example) => [example.split('\n')[0], example]))(
  'this example of the README runs: %s',
  async (_, example) => {
    requests = 0
    const said = await run(example!)
    expect(said).not.toContain('undefined')
    if (example!.includes('console.log')) expect(said).not.toBe('')
    if (example!.includes('httpSource')) expect(requests).toBe(3)
    if (example!.includes('mosaic'))
      expect(await readImage(join(folder, 'mosaic.fits.fz'))).toMatchObject({ width: 50 })
  },
  20_000,
)
