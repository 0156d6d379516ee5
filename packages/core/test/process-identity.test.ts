import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isProcessAlive, processIdentity } from '../src/process-identity.js'
import { Child, type Script } from './child-processes.js'

const isLinux = process.platform === 'linux'
let script: Script

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'script-'))
  const path = join(folder, 'wait.mjs')
  await writeFile(
    path,
    `process.title = process.argv[3] ?? 'waits'; process.send('ready'); process.on('message', () => {})`,
  )
  script = { path, remove: () => rm(folder, { recursive: true }) }
})

afterAll(() => script.remove())

/** The identity that a process has here. */
function identityOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return processIdentity().replace(/^\d+-\d+/, `${pid}-${start}`)
}

describe('processIdentity', () => {
  it('is fit for a name, and stays the same', () => {
    expect(processIdentity()).toMatch(/^[0-9a-fx-]+$/)
    expect(processIdentity()).toBe(processIdentity())
    expect(processIdentity().startsWith(`${process.pid}-`)).toBe(true)
  })
})

describe('isProcessAlive', () => {
  it('knows this process', () => {
    expect(isProcessAlive(processIdentity())).toBe(true)
  })

  it.each(['', 'x', '1', '1-2', '1-x', '-1-1-a-0', 'a-1-a-0', `${process.pid}`, '1-2-3-4-5', '../1-2-a-0'])(
    'takes %j for an ended process',
    (text) => {
      expect(isProcessAlive(text)).toBe(false)
    },
  )

  it.runIf(isLinux)('tells a process from another one that has its id', () => {
    const [pid, start, ...rest] = processIdentity().split('-')
    expect(isProcessAlive([pid, Number(start) + 1, ...rest].join('-'))).toBe(false)
    const parent = identityOf(process.ppid)
    expect(isProcessAlive(parent)).toBe(true)
    expect(isProcessAlive(parent.replace(/-(\d+)-/, (_, ticks) => `-${Number(ticks) - 1}-`))).toBe(false)
  })

  it.runIf(isLinux)('knows that an id and a time of another start of the system are no process', () => {
    expect(isProcessAlive(processIdentity().replace(/-[0-9a-f]{16}-/, '-0123456789abcdef-'))).toBe(false)
  })

  it.runIf(isLinux)('cannot tell of a process of another container', () => {
    expect(isProcessAlive(processIdentity().replace(/\d+$/, '1'))).toBeUndefined()
  })

  it('counts an id as a process where nothing else is known', () => {
    expect(isProcessAlive(`${process.ppid}-x-0123456789abcdef-0`)).toBe(true)
    expect(isProcessAlive(`${process.pid}-x-0123456789abcdef-0`)).toBe(false)
    expect(isProcessAlive('4194305-x-0123456789abcdef-0')).toBe(false)
  })

  it.runIf(isLinux)('sees a stopped process as running, and a killed one as ended', async () => {
    const child = new Child(script, {})
    await child.said()
    const identity = identityOf(child.pid)
    expect(isProcessAlive(identity)).toBe(true)
    child.stop()
    expect(isProcessAlive(identity)).toBe(true)
    await child.kill()
    expect(isProcessAlive(identity)).toBe(false)
  })

  it.runIf(isLinux)('sees through a name that looks like the rest of the line', async () => {
    const child = fork(script.path, ['', ') Z 1 1 1'])
    await once(child, 'message')
    expect(isProcessAlive(identityOf(child.pid ?? 0))).toBe(true)
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  })

  it.runIf(isLinux)('sees an ended process that nobody asked for as ended', async () => {
    // A parent that spins reaps no child.
    const parent = `
      const { spawn } = await import('node:child_process')
      const child = spawn('true')
      const { readFileSync } = await import('node:fs')
      const first = readFileSync('/proc/' + child.pid + '/stat', 'utf8')
      while (!/\\) Z/.test(readFileSync('/proc/' + child.pid + '/stat', 'utf8')));
      process.send(child.pid + ' ' + first.slice(first.lastIndexOf(')') + 2).split(' ')[19], () => { for (;;); })`
    await writeFile(join(script.path, '..', 'zombie.mjs'), parent)
    const spinning = fork(join(script.path, '..', 'zombie.mjs'))
    const [said] = await once(spinning, 'message')
    const [pid, start] = String(said).split(' ')
    expect(isProcessAlive(processIdentity().replace(/^\d+-\d+/, `${pid}-${start}`))).toBe(false)
    const exit = once(spinning, 'exit')
    spinning.kill('SIGKILL')
    await exit
  })
})
