import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryRecordStore, type PerformRequest } from '@datalab/core'
import { ProcessExecutor } from '@datalab/local'
import { testExecutor } from '@datalab/testing'
import { afterAll, describe, it, vi } from 'vitest'
import { BullMQExecutor } from '../src/index.js'
import { programs } from './fleet-lab.js'
import { Behave, type BehaveInputs } from './fleet-operations.js'
import { hasRedis, TestRedis } from './redis-server.js'

const redis = TestRedis.use()
const program = hasRedis ? programs() : () => new URL('file:///nothing')
const labels = new Map(['@test/op', '@test/other', '@test/limited'].map((id) => [id, id]))
const folder = mkdtempSync(join(tmpdir(), 'datalab-fleet-'))
vi.stubEnv('DATALAB_FLEET_FOLDER', folder)
let count = 0

afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A run that behaves so. */
async function requestOf(how: BehaveInputs['how']): Promise<PerformRequest> {
  const records = new MemoryRecordStore()
  const { id, name, revision } = Behave.info
  const [key, operation, inputs] = [how, { id, name, revision }, { how, name: how }]
  await records.submit(
    { key, operation, inputs, provenance: { key, operation, services: {}, inputs } },
    { id: '1', principal: { id: 'ann' }, created: '2026-01-01T00:00:00.000Z', inputs },
  )
  const { lease } = await records.claim(key, 'me', { leaseMs: 60_000 })
  const record = await records.get(key)
  if (lease === undefined || record === undefined) throw new Error('there is nothing to run')
  return { record, lease }
}

describe.skipIf(!hasRedis)('with a real Redis', async () => {
  testExecutor(
    { describe, it },
    {
      name: 'BullMQExecutor',
      async create(concurrency) {
        const modules = { setup: program('fleet-setup.config'), entry: program('process-child') }
        const inner = new ProcessExecutor({ ...modules, concurrency, graceMs: 300 })
        const workplace = { executor: inner, concurrency, labels }
        const executor = new BullMQExecutor({ redis: redis.url, prefix: `suite-${count++}`, workplace })
        await executor.connect()
        return executor
      },
      working: { request: await requestOf('count'), output: { output_data: [{ count: 3 }] } },
      spinning: await requestOf('spin'),
      crashing: await requestOf('exit'),
    },
  )
})
