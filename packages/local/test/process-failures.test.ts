import { ChildProcess } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProcessAlive } from '@datalab/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { begun, isRunning, last, ProcessLab, programs, testFolder } from './process-lab.js'
import { BehaveWithinMemory, BehaveWithinTime } from './process-operations.js'

const program = programs()
const MiB = 2 ** 20

const pidOf = (identity: string) => Number.parseInt(identity, 10)

/** A run fails alone: another goes on beside it, and the next is done as well. */
async function expectOthersToGoOn(lab: ProcessLab, failing: () => Promise<unknown>): Promise<void> {
  const other = await lab.submit('wait')
  await begun(other)
  await failing()
  expect(await other.record()).toMatchObject({ status: 'IN_PROGRESS', attempt: 1 })
  await other.cancel()
  expect(await lab.run('nothing')).toMatchObject({ status: 'COMPLETED' })
}

describe('a run that is cancelled', () => {
  it('ends at once when it heeds its signal', async () => {
    const lab = new ProcessLab(program)
    const job = await lab.submit('wait')
    await begun(job)
    const start = performance.now()
    await job.cancel()
    expect(performance.now() - start).toBeLessThan(1000)
    expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
  })

  it.each(['spin', 'ignore'] as const)('ends after the grace when it does not: %s', async (how) => {
    const lab = new ProcessLab(program, { graceMs: 200 })
    await expectOthersToGoOn(lab, async () => {
      const job = await lab.submit(how)
      const identity = await begun(job)
      const start = performance.now()
      await job.cancel()
      expect(performance.now() - start).toBeLessThan(1200)
      expect(isProcessAlive(identity)).toBe(false)
      expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
    })
  })

  it('leaves nothing that meets the next run: its process is not used again', async () => {
    const lab = new ProcessLab(program, { concurrency: 1 })
    const job = await lab.submit('wait')
    const identity = await begun(job)
    await job.cancel()
    expect(await lab.pid()).not.toBe(pidOf(identity))
  })

  it('takes the processes with it that it has started', async () => {
    const lab = new ProcessLab(program, { graceMs: 100 })
    const job = await lab.submit('spawn')
    const pid = Number(await begun(job))
    expect(() => process.kill(pid, 0)).not.toThrow()
    await job.cancel()
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false))
  })

  it.runIf(process.platform === 'linux').each(['it is cancelled', 'its process dies'])(
    'takes those with it that are detached, when %s',
    async (when) => {
      const lab = new ProcessLab(program, { graceMs: 100 })
      const job = await lab.submit('detach')
      const [own = 0, orphan = 0, child = 0] = (await begun(job)).split(' ').map(Number)
      onTestFinished(() => {
        for (const pid of [own, orphan].filter(isRunning)) process.kill(pid, 'SIGKILL')
      })
      expect([own, orphan].map(isRunning)).toEqual([true, true])
      if (when === 'it is cancelled') await job.cancel()
      else process.kill(child, 'SIGKILL')
      await vi.waitFor(() => expect([own, orphan].map(isRunning)).toEqual([false, false]), { timeout: 5000 })
    },
  )

  it('does not hold its host when the system does not let its process end', async () => {
    const lab = new ProcessLab(program, { graceMs: 50 })
    const job = await lab.submit('spin')
    const identity = await begun(job)
    const kills = [vi.spyOn(process, 'kill'), vi.spyOn(ChildProcess.prototype, 'kill')]
    for (const kill of kills) kill.mockReturnValue(true)
    await job.cancel()
    await lab.host.close()
    for (const kill of kills) kill.mockRestore()
    process.kill(pidOf(identity), 'SIGKILL')
    expect(lab.lines.some(({ message }) => message.includes('the system holds it'))).toBe(true)
  })

  it('never begins when it is cancelled while it waits', async () => {
    const lab = new ProcessLab(program, { concurrency: 1 })
    const first = await lab.submit('wait')
    await begun(first)
    const second = await lab.submit('wait')
    await second.cancel()
    expect(await second.record()).toMatchObject({ status: 'CANCELLED', progress: 0 })
    await first.cancel()
  })

  it('ends at once when its process has not opened the set-up module yet', async () => {
    const setup = join(testFolder(), 'setup.mjs')
    writeFileSync(setup, 'await new Promise(() => setInterval(() => {}, 1000))')
    const lab = new ProcessLab(program, { setup })
    const job = await lab.submit('nothing')
    await vi.waitFor(async () => expect(await job.record()).toMatchObject({ status: 'IN_PROGRESS' }))
    const start = performance.now()
    await job.cancel()
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('a run that takes too much', () => {
  it('time', async () => {
    const lab = new ProcessLab(program, { graceMs: 100 })
    const record = await lab.run('spin', 'time', BehaveWithinTime)
    expect(record).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_TIMEOUT' } })
    expect(record.message).toContain('longer than 0.3 seconds')
  })

  it('memory, by the limit of the host', async () => {
    const lab = new ProcessLab(program, { memoryLimit: 192 * MiB })
    await expectOthersToGoOn(lab, async () => {
      const record = await lab.run('hog')
      expect(record).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_MEMORY' } })
      expect(record.message).toContain('192 MiB')
    })
  })

  it('memory, by its own limit', async () => {
    const lab = new ProcessLab(program, { memoryLimit: 4096 * MiB })
    const record = await lab.run('hog', 'memory', BehaveWithinMemory)
    expect(record.message).toContain('160 MiB')
  })

  it('memory, of the heap', async () => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=64')
    const record = await new ProcessLab(program).run('heap')
    expect(record).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_MEMORY' } })
    expect(record.message).toContain('more memory than a worker can have')
  })
})

describe('a run that breaks', () => {
  it.each([
    ['exit', 'DATALAB_WORKER_STOPPED', 'The worker stopped (exit code 3) while it ran this job.'],
    ['abort', 'DATALAB_WORKER_STOPPED', 'The worker stopped (signal SIGABRT) while it ran this job.'],
    ['undefined', 'DATALAB_INTERNAL', 'An unexpected error, reference '],
    ['later', 'DATALAB_INTERNAL', 'An unexpected error, reference '],
    ['alert', 'DATALAB_FAILED', 'There is nothing to see.'],
  ] as const)('fails alone, with its own sentence: %s', async (how, code, message) => {
    const lab = new ProcessLab(program)
    await expectOthersToGoOn(lab, async () => {
      const record = await lab.run(how)
      expect(record).toMatchObject({ status: 'FAILED', error: { code } })
      expect(record.message).toContain(message)
      expect(readdirSync(join(lab.folder, 'scratch'))).toEqual([])
    })
  })

  it('is tried again, a few times', async () => {
    const lab = new ProcessLab(program, {}, { retry: { retries: 2, minDelayMs: 1, maxDelayMs: 2 } })
    expect(await lab.run('exit')).toMatchObject({
      status: 'FAILED',
      attempt: 3,
      error: { code: 'DATALAB_WORKER_STOPPED' },
    })
  })

  it('since its process was killed, is tried again in another', async () => {
    const lab = new ProcessLab(program, {}, { retry: { retries: 1, minDelayMs: 1, maxDelayMs: 2 } })
    const job = await lab.submit('wait')
    const first = await begun(job)
    process.kill(pidOf(first), 'SIGKILL')
    const second = await vi.waitFor(async () => {
      const { message } = await job.record()
      if (message === null || message === first || !message.includes('-')) throw new Error('not yet')
      return message
    })
    expect((await job.record()).attempt).toBe(2)
    process.kill(pidOf(second), 'SIGKILL')
    expect((await last(job)).message).toContain('The worker stopped (signal SIGKILL)')
  })

  it('does not hold up the next when a process died that had nothing to do', async () => {
    const lab = new ProcessLab(program, { concurrency: 1 })
    const pid = await lab.pid()
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(lab.lines.some(({ message }) => message.includes('between two runs'))).toBe(true))
    expect(await lab.pid()).not.toBe(pid)
  })

  it('since there is no program for children, says so', async () => {
    const lab = new ProcessLab(program, { entry: new URL('file:///nowhere/child.mjs') })
    expect((await lab.run('nothing')).message).toContain('The worker stopped (exit code 1) before it could begin')
    expect(JSON.stringify(lab.lines)).toContain('Cannot find module')
  })
})
