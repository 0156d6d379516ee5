import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readImage } from '@datalab/fits'
import { describe, expect, test, vi } from 'vitest'
import { hasBuckets, newBucket } from './fixtures/bucket.js'
import { Fleet, hasRedis, hostConfig } from './fixtures/fleet.js'

const fleet = Fleet.use()
const { folder, frames } = fleet

/** What a command prints that has to succeed. */
async function textOf(argv: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stderr, stdout } = await fleet.datalab(argv, more).ended
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/datalab:|error/)])
  return stdout
}

function results(name = 'results'): string[] {
  return readdirSync(join(folder, name)).filter((one) => !one.startsWith('.'))
}

describe.skipIf(!hasRedis)('datalab worker', { timeout: 60_000 }, () => {
  test('does what datalab run asks for by two variables of the environment, tells how it is, and ends when it is asked to', async () => {
    const worker = fleet.datalab(['worker', '--root', 'data', '--concurrency', '1', '--operations', 'median'])
    const greeting = await worker.greeting()
    expect(greeting).toContain('ready for @datalab/op-median@')
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting)?.[0]
    expect(await textOf(['plan', 'median', ...frames])).toContain('It was not run before.')
    expect(await textOf(['run', 'median', ...frames, '--out', 'out'])).toContain('Median: completed')
    expect(results('out').filter((name) => name.endsWith('.fits'))).toHaveLength(1)
    expect(results()).toHaveLength(1)
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok', places: 1 })
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'datalab_runs_total{operation="@datalab/op-median"} 1',
    )
    const again = ['median', ...frames, '--out', 'other']
    expect(await textOf(['plan', ...again])).toContain('Its result is there')
    expect(await textOf(['run', ...again])).toContain('its result was there (cached)')
    // Whoever asks for other results than those of the workers waits for one that makes them.
    const waiting = fleet.datalab(['run', ...again, '--no-previews'])
    const reason = 'revision 2): those that are running have other services, or other settings of them.\n'
    await vi.waitFor(() => expect(waiting.stderr).toContain(reason), { timeout: 20_000, interval: 50 })
    waiting.child.kill('SIGINT')
    expect(await waiting.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Median was cancelled.') })
    const elsewhere = await fleet.datalab(['run', ...again], { DATALAB_STORAGE: 'not shared' }).ended
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      expect.stringMatching(/median-\w+\.fits is not in the storage of the fleet, not shared\. Start its workers/),
    ])
    expect(await worker.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.each(['results of the host', undefined])(
    'does what the example of a host submits, by its set-up module, with DATALAB_STORAGE=%s',
    async (storage) => {
      const more = { DATALAB_STORAGE: storage, DATALAB_FOLDER: join(folder, 'host') }
      const [host, worker] = [fleet.host(more), fleet.datalab(['worker', '--config', hostConfig], more)]
      const url = await host.greeting()
      const input_files = [1, 5].map((level) => ({ source: 'local', root: 'data', basename: `${level}.fits` }))
      const body = JSON.stringify({ operation: 'Median', inputs: { input_files }, force: true })
      const { key } = (await (await fetch(`${url}/jobs`, { method: 'POST', body })).json()) as { key: string }
      const events = await (await fetch(`${url}/jobs/${key}/events`)).text()
      expect(events.trim().split('\n').at(-1)).toContain('"status":"COMPLETED"')
      const file = await fetch(`${url}/files/${key}/fits`)
      const { data } = await readImage(new Uint8Array(await file.arrayBuffer()))
      expect(data).toEqual(new Float32Array(6).fill(3))
      expect(existsSync(join(folder, storage ?? 'host/objects', key, 'record.json'))).toBe(true)
      expect(await Promise.all([host.stop(), worker.stop()])).toMatchObject([{ code: 0 }, { code: 0 }])
    },
  )

  test.skipIf(!hasBuckets('a fleet on S3'))('keeps results in a bucket, where whoever submits finds them', async () => {
    const { name: bucket, storage, environment: s3, client } = await newBucket('fleet')
    const place = ['--storage', storage]
    const worker = fleet.datalab(['worker', '--root', 'data', '--operations', 'median', ...place], s3)
    await worker.greeting()
    const run = (out: string) => textOf(['run', 'median', ...frames, '--out', out, ...place], s3)
    // The records know of the job from the first test, and its result is in another place.
    expect(await run('of-s3')).toContain('Median: completed')
    const [name = ''] = results('of-s3').filter((one) => one.endsWith('.fits'))
    expect((await readImage(join(folder, 'of-s3', name))).data).toEqual(new Float32Array(6).fill(3))
    expect(await run('of-s3-again')).toContain('its result was there (cached)')
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'night1/' }))
    expect(Contents.filter(({ Key = '' }) => Key.endsWith('.fits'))).toHaveLength(1)
    expect(await textOf(['gc', ...place, '--older-than', '0', '--url-life', '0'], s3)).toMatch(
      /^1 result is taken out of use\.\n3 files are removed/,
    )
    expect(await worker.stop()).toMatchObject({ code: 0, stderr: '' })
  })
})
