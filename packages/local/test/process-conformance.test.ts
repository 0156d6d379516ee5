import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryRecordStore, type PerformRequest } from '@datalab/core'
import { testExecutor } from '@datalab/testing'
import { afterAll, describe, it, vi } from 'vitest'
import { ProcessExecutor } from '../src/process-executor.js'
import { programs } from './process-lab.js'
import { Behave, type BehaveInputs } from './process-operations.js'

const program = programs()
const folder = mkdtempSync(join(tmpdir(), 'process-conformance-'))
vi.stubEnv('DATALAB_TEST_FOLDER', folder)

afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A run that behaves so. */
async function requestOf(how: BehaveInputs['how']): Promise<PerformRequest> {
  const records = new MemoryRecordStore()
  const { id, name, revision } = Behave.info
  const [key, operation, inputs] = [how, { id, name, revision }, { how }]
  await records.submit(
    { key, operation, inputs, provenance: { key, operation, services: {}, inputs } },
    { id: '1', principal: { id: 'ann' }, created: '2026-01-01T00:00:00.000Z', inputs },
  )
  const { lease } = await records.claim(key, 'me', { leaseMs: 60_000 })
  const record = await records.get(key)
  if (lease === undefined || record === undefined) throw new Error('there is nothing to run')
  return { record, lease }
}

testExecutor(
  { describe, it },
  {
    name: 'ProcessExecutor',
    create: (concurrency) =>
      new ProcessExecutor({
        setup: program('process-setup.config'),
        entry: program('process-child'),
        concurrency,
        graceMs: 300,
      }),
    working: { request: await requestOf('frozen'), output: { output_data: [{ frozen: true }] } },
    spinning: await requestOf('spin'),
    crashing: await requestOf('exit'),
  },
)
