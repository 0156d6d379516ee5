import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Output } from '@datalab/core'
import { describe, expect, test } from 'vitest'
import { MachineHost, machineFolder } from './fixtures/machine.js'

const RUN_MS = 1000
/** Beyond the time of the run: a lease lasts 5 s. */
const WITHIN_MS = 10_000
const inputs = { name: 'x', ms: RUN_MS }
const EXECUTORS = ['inline', 'processes'] as const

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** What is there when a job was taken over: its result, and nothing of the run that was killed. */
function expectResult(folder: string, key: string, output: Output | string | null | undefined): void {
  expect(output).toMatchObject({ output_files: [{ basename: key }], output_data: [{ attempt: 2 }] })
  expect(readdirSync(join(folder, 'results', key, '2'))).toEqual([`${key}.txt`])
  expect(filesIn(join(folder, 'results')).sort()).toEqual([`${key}.txt`, 'record.json'])
}

describe.each(EXECUTORS)('a host is killed in the midst of a run: %s', { timeout: 60_000 }, (executor) => {
  test('another that asked for the job, too, has its result soon', async () => {
    const folder = machineFolder()
    const [first, second] = await Promise.all([1, 2].map(() => MachineHost.start(folder, executor)))
    const [key = ''] = (await first?.submit('Slow', inputs)) ?? []
    await second?.submit('Slow', inputs)
    await second?.told(0, 'begun')
    const start = performance.now()
    await first?.kill()
    const [output] = (await second?.results()) ?? []
    expect(performance.now() - start).toBeLessThan(RUN_MS + WITHIN_MS)
    expectResult(folder, key, output)
  })

  test('another that is started then, and resumes, has its result soon', async () => {
    const folder = machineFolder()
    const first = await MachineHost.start(folder, executor)
    const [key = ''] = await first.submit('Slow', inputs)
    await first.told(0, 'begun')
    const start = performance.now()
    await first.kill()
    const second = await MachineHost.start(folder, executor)
    expect(await second.resume()).toBe(1)
    await expect.poll(async () => (await second.get(key))?.status, { timeout: 30_000 }).toBe('COMPLETED')
    expect(performance.now() - start).toBeLessThan(RUN_MS + WITHIN_MS)
    expectResult(folder, key, (await second.get(key))?.output)
  })
})
