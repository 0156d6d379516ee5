import { randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { filesBelow, runMain, temporaryFolder } from './run-main.js'

const endpoint = process.env.DATALAB_TEST_S3_ENDPOINT
if (endpoint === undefined)
  console.error(
    '\n*** SKIPPED: datalab run on a bucket. See packages/storage-s3/README.md, "Tests", for how to start a server.\n',
  )

async function withFrames() {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'frames'))
  for (const level of [1, 5, 3]) {
    const data = new Float32Array(6).fill(level)
    await writeImage(join(folder, 'frames', `${level}.fits`), { data, width: 3, height: 2 })
  }
  const frames = [1, 5, 3].map((level) => `frames/${level}.fits`)
  return { folder, frames, datalab: (...argv: string[]) => runMain(argv, { cwd: folder }) }
}

test('an address that is none is refused before anything is written, and not repeated', async () => {
  const { folder, frames, datalab } = await withFrames()
  for (const address of ['bucket', 's3://', 'https://user:secret@host/bucket']) {
    const { code, stderr } = await datalab('run', 'median', ...frames, '--out', 'out', '--storage', address)
    expect([code, stderr]).toEqual([2, expect.stringContaining('--storage: This is no address of a bucket')])
    expect(stderr).not.toContain('secret')
    expect(await filesBelow(join(folder, 'out'))).toBeUndefined()
  }
})

describe.skipIf(endpoint === undefined)('on a bucket', { timeout: 60_000 }, () => {
  test('results are kept there, copied, found again, verified and collected', async () => {
    const name = `cli-${randomUUID()}`
    const address = `s3://${name}/night1`
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
    const client = new S3Client({ endpoint: endpoint as string, region: 'us-east-1', forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket: name }))
    client.destroy()
    process.env.AWS_ENDPOINT_URL_S3 = endpoint
    process.env.AWS_REGION = 'us-east-1'

    const { folder, frames, datalab } = await withFrames()
    const run = ['run', 'median', ...frames, '--out', 'out', '--storage', address]
    const first = await datalab(...run)
    expect([first.code, first.stderr]).toEqual([0, 'Median is running.\n'])
    const names = (await filesBelow(join(folder, 'out')))?.filter((one) => !one.startsWith('.datalab/roots/'))
    expect(names?.map((one) => one.replace(/-[0-9a-f]{8}/, ''))).toEqual([
      'median-large.jpg',
      'median-small.jpg',
      'median.fits',
    ])
    const here = await datalab('run', 'median', ...frames, '--out', 'here')
    const [fits = ''] = names?.filter((one) => one.endsWith('.fits')) ?? []
    expect(await readFile(join(folder, 'out', fits))).toEqual(await readFile(join(folder, 'here', fits)))
    expect(here.stdout).toContain('completed')
    expect((await datalab(...run)).stdout).toContain('its result was there (cached)')
    expect((await datalab('verify', `out/${fits}`)).stdout).toContain('every pixel is the same')
    const gc = await datalab('gc', '--out', 'out', '--storage', address, '--older-than', '0', '--url-life', '0')
    expect(gc.stdout).toMatch(/^1 result is taken out of use\.\n3 files are removed/)
  })
})
