import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { endpoint, TestBucket } from './server.js'
import type { StreamReport, StreamTask } from './stream-child.js'

const bucket = TestBucket.use()

/** A script with our sources in it; the SDK is loaded as a host would load it. */
async function bundled(script: string, folder: string): Promise<string> {
  const outfile = join(folder, 'script.mjs')
  await build({
    stdin: { contents: script, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@datalab/source'],
    external: ['@aws-sdk/*'],
    logLevel: 'error',
  })
  return outfile
}

async function outputOf(script: string, folder: string, argument = ''): Promise<string> {
  return (await promisify(execFile)(process.execPath, [await bundled(script, folder), argument])).stdout
}

describe.skipIf(endpoint === undefined)('100 MiB', () => {
  test('go up and come down in less than 64 MiB of memory', async () => {
    // Where the SDK can be found from.
    const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.stream-'))
    try {
      const task: StreamTask = { bucket: bucket.name, prefix: 'memory', endpoint: endpoint ?? '' }
      const script = await readFile(join(import.meta.dirname, 'stream-child.ts'), 'utf8')
      const report = JSON.parse(await outputOf(script, folder, JSON.stringify(task))) as StreamReport
      expect(report.isEqual).toBe(true)
      expect(report.up).toBeLessThan(64)
      expect(report.down).toBeLessThan(64)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

test('importing the package does not load the SDK', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storage-s3-test-'))
  try {
    const script = `import { S3Storage } from '../src/index.js'
      new S3Storage({ bucket: 'results' })
      console.log('made')`
    // From this folder there is no SDK to be found.
    expect(await outputOf(script, folder)).toBe('made\n')
  } finally {
    await rm(folder, { recursive: true })
  }
})
