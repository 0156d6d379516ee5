import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProcessAlive } from '@datalab/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ProcessExecutor } from '../src/process-executor.js'
import type { HostTask } from './process-host.js'
import { begun, isRunning, last, ProcessLab, programs, testFolder } from './process-lab.js'

const program = programs()

const pidOf = (identity: string) => Number.parseInt(identity, 10)

async function gone(identity: string, withinMs: number): Promise<void> {
  await vi.waitFor(() => expect(isProcessAlive(identity)).toBe(false), { timeout: withinMs, interval: 20 })
}

describe('a run in a child process', () => {
  it('is the same as one in this process', async () => {
    const lab = new ProcessLab(program)
    const job = await lab.submit('well')
    const seen: number[] = []
    let partial = 0
    for await (const { progress, output, status } of job.events) {
      seen.push(progress)
      if (status === 'IN_PROGRESS' && output?.output_files?.length === 1) partial++
    }
    const record = await job.record()
    expect(record).toMatchObject({ status: 'COMPLETED', progress: 1, warnings: ['1 of 2 was left out'], error: null })
    expect(seen).toContain(0.5)
    expect(partial).toBeGreaterThan(0)
    const [file] = record.output?.output_files ?? []
    const source = await lab.host.open(file?.basename ?? '', 'txt')
    expect(source?.size).toBe(5)
    await source?.close()
    expect(record.output?.output_data?.[0]?.pid).not.toBe(process.pid)
    expect(readdirSync(join(lab.folder, 'scratch'))).toEqual([])
  })

  it('gets inputs that it cannot change', async () => {
    const { output } = await new ProcessLab(program).run('frozen')
    expect(output?.output_data).toEqual([{ frozen: true }])
  })

  it('goes on beside others, each in its own process', async () => {
    const lab = new ProcessLab(program)
    const runs = await Promise.all([lab.run('meet', 'a'), lab.run('meet', 'b')])
    expect(runs.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED'])
  })

  it('logs to the log of the host, and what it prints goes there too, up to a bound', async () => {
    const lab = new ProcessLab(program)
    await lab.run('log')
    const line = lab.lines.find(({ message }) => message === 'logged')
    expect(line).toMatchObject({ level: 'warn', facts: { count: 3, err: { message: 'deep' } } })
    expect(line?.facts.key).toMatch(/^[0-9a-f]{64}$/)
    await lab.run('print')
    await lab.host.close()
    const printed = lab.lines.filter(({ facts }) => facts.stream === 'stdout')
    expect(printed[0]?.message).toBe('line 0')
    expect(printed.length).toBeLessThanOrEqual(1000)
    expect(lab.lines.filter(({ message }) => message.includes('writes too much'))).toHaveLength(1)
  })
})

describe('children', () => {
  it('are used again, and no more than runs go on at once', { timeout: 30_000 }, async () => {
    const lab = new ProcessLab(program)
    const start = performance.now()
    const pids = await Promise.all(Array.from({ length: 200 }, () => lab.pid()))
    console.info(`200 runs that do nothing: ${(performance.now() - start).toFixed(0)} ms`)
    expect(new Set(pids).size).toBe(2)
  })

  it('that keep much memory after a run are not used again', async () => {
    const lab = new ProcessLab(program, { concurrency: 1, memoryLimit: 400 * 2 ** 20 })
    const first = await lab.pid()
    expect(await lab.pid()).toBe(first)
    await lab.run('keep')
    expect(await lab.pid()).not.toBe(first)
  })

  it('may keep what they like without a limit', async () => {
    const lab = new ProcessLab(program, { concurrency: 1, memoryLimit: Number.POSITIVE_INFINITY })
    const first = await lab.pid()
    await lab.run('keep')
    expect(await lab.pid()).toBe(first)
    const setup = '/setup.js'
    for (const memoryLimit of [0, -1, Number.NaN])
      expect(() => new ProcessExecutor({ setup, memoryLimit })).toThrow('A memory limit must be a number of bytes')
  })

  it('are ended when they have nothing to do for a while', async () => {
    const lab = new ProcessLab(program, { idleMs: 50 })
    const identity = await begunAndDone(lab)
    await gone(identity, 2000)
    expect(await lab.run('nothing')).toMatchObject({ status: 'COMPLETED' })
  })

  it('have ended when the executor is closed, those that spin too', async () => {
    const lab = new ProcessLab(program, { graceMs: 100 })
    const [idle, spinning] = [await begunAndDone(lab), await begun(await lab.submit('spin'))]
    const other = await begun(await lab.submit('wait'))
    await lab.host.close()
    expect([idle, spinning, other].map(isProcessAlive)).toEqual([false, false, false])
    expect(childrenOf(process.pid).filter((pid) => [idle, spinning, other].map(pidOf).includes(pid))).toEqual([])
    await expect(lab.executor.submit({ key: 'a', operationId: 'b', priority: 0 })).rejects.toMatchObject({
      code: 'DATALAB_CLOSED',
    })
  })

  it('do not listen for a debugger', async () => {
    vi.stubEnv('NODE_OPTIONS', '--inspect=127.0.0.1:0')
    const lab = new ProcessLab(program)
    expect(await lab.run('nothing')).toMatchObject({ status: 'COMPLETED' })
    expect(lab.lines.filter(({ facts }) => facts.stream === 'stderr')).toEqual([])
  })

  it('do not keep a host alive that has nothing to do', { timeout: 10_000 }, async () => {
    const host = startHost('nothing', 'nothing')
    const [code] = await once(host, 'exit')
    expect(code).toBe(0)
  })

  it.runIf(process.platform === 'linux')(
    'end soon after the host was killed, with what they have detached',
    { timeout: 15_000 },
    async () => {
      const host = startHost('detach')
      let pids: number[] = []
      for await (const [said] of on(host, 'message')) {
        pids = String(said).split(' ').map(Number)
        if (pids.length === 3) break
      }
      onTestFinished(() => kill(pids.filter(isRunning)))
      expect(pids.map(isRunning)).toEqual([true, true, true])
      host.kill('SIGKILL')
      await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 8000, interval: 20 })
    },
  )

  it('end soon after the host was killed, though they spin', { timeout: 15_000 }, async () => {
    const host = startHost('spin', 'wait')
    const identities = new Set<string>()
    for await (const [said] of on(host, 'message')) {
      if (String(said).includes('-')) identities.add(String(said))
      if (identities.size === 2) break
    }
    expect([...identities].map(isProcessAlive)).toEqual([true, true])
    onTestFinished(() => kill([...identities].filter(isProcessAlive).map(pidOf)))
    host.kill('SIGKILL')
    await Promise.all([...identities].map((identity) => gone(identity, 5000)))
  })
})

describe('the set-up module', () => {
  it('is named where it cannot be loaded, and is tried again for the next run', async () => {
    const folder = testFolder()
    const setup = join(folder, 'setup.mjs')
    writeFileSync(setup, 'nonsense(')
    const lab = new ProcessLab(program, { setup })
    for (const _ of [1, 2]) {
      expect(await lab.run('nothing')).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_SETUP_INVALID' } })
    }
    const failure = lab.lines.find(({ message }) => message === 'the run failed unexpectedly')
    expect(JSON.stringify(failure?.facts)).toContain(`${setup} cannot be loaded`)
    expect(lab.lines.filter(({ message }) => message.includes('between two runs'))).toEqual([])
  })

  it('must have a storage that processes share', async () => {
    const setup = join(testFolder(), 'setup.mjs')
    writeFileSync(setup, 'export default () => ({ operations: [] })')
    const lab = new ProcessLab(program, { setup })
    expect(await lab.run('nothing')).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_SETUP_INVALID' } })
    expect(JSON.stringify(lab.lines)).toContain("in a process's memory")
  })

  it('is a URL or an absolute path', () => {
    expect(() => new ProcessExecutor({ setup: './setup.js' })).toThrow(TypeError)
    expect(() => new ProcessExecutor({ setup: '/setup.js' })).not.toThrow()
  })
})

/** A run that told where it goes on, and has ended. */
async function begunAndDone(lab: ProcessLab): Promise<string> {
  const job = await lab.submit('well')
  const identity = await begun(job)
  await last(job)
  return identity
}

function kill(pids: number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

function startHost(...ways: HostTask['ways']) {
  testFolder()
  const task: HostTask = { setup: program('process-setup.config').href, ways }
  return fork(program('process-host'), [JSON.stringify(task)], { execArgv: [] })
}

/** Processes whose parent is this one, zombies as well. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
