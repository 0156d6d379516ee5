import { describe, expect, it } from 'vitest'
import { ProcessLab, programs } from './process-lab.js'

const program = programs()
const once = { concurrency: 1 }
const again = { retry: { retries: 1, minDelayMs: 1, maxDelayMs: 2 } }

/** On a busy machine a process may be given up that is as it was: whatever is not known in time to have ended may go on. */
const unlessGivenUp = { retry: 3 }

const dataOf = (record: Awaited<ReturnType<ProcessLab['run']>>) => record.output?.output_data?.[0] ?? {}

describe('what an earlier run left behind', () => {
  it.each(['leaveThrow', 'leaveReject'] as const)('fails no other run, which is done again: %s', async (how) => {
    const lab = new ProcessLab(program, once, again)
    const { pid } = dataOf(await lab.run(how))
    const record = await lab.run('meetLeft')
    expect(record).toMatchObject({
      status: 'COMPLETED',
      attempt: 2,
      history: [{ status: 'FAILED', error: { code: 'DATALAB_WORKER_STOPPED' } }],
    })
    expect(dataOf(record).pid).not.toBe(pid)
    const told = lab.lines.find(({ message }) => message === 'what an earlier run left going on failed')
    expect(JSON.stringify(told?.facts)).toContain('left behind')
  })

  it('does not change how the run itself has ended', async () => {
    const lab = new ProcessLab(program, once)
    expect((await lab.run('leaveAlert')).message).toBe('There is nothing to see.')
    const record = await lab.run('leaveResult')
    expect(record).toMatchObject({ status: 'COMPLETED', attempt: 1 })
    expect(await lab.pid()).not.toBe(dataOf(record).pid)
  })

  it('is told from what a run does itself, in a process that was used before', async () => {
    const lab = new ProcessLab(program, once, again)
    await lab.pid()
    expect(await lab.run('later')).toMatchObject({ status: 'FAILED', attempt: 1, error: { code: 'DATALAB_INTERNAL' } })
  })

  it.each([
    ...(['leaveTimer', 'leaveSocket', 'leaveHandler', 'leaveDeaf', 'leaveAlone', 'leaveListener'] as const),
    ...(['leavePrototype', 'leaveIntrinsic', 'leaveGlobal'] as const),
  ])('meets no other run: %s', async (how) => {
    const lab = new ProcessLab(program, once)
    const { pid } = dataOf(await lab.run(how))
    expect(await lab.pid()).not.toBe(pid)
  })

  it(
    'is none where a run only printed, or failed, or used what Node loads when it is first used',
    unlessGivenUp,
    async () => {
      const lab = new ProcessLab(program, once)
      const pid = await lab.pid()
      for (const how of ['print', 'alert', 'frozen', 'useGlobals', 'useGlobals'] as const) await lab.run(how)
      expect(await lab.pid()).toBe(pid)
    },
  )

  it('is put right: the folder of the process, its mask and its exit code', unlessGivenUp, async () => {
    const lab = new ProcessLab(program, once)
    const before = dataOf(await lab.run('state', 'before'))
    expect(dataOf(await lab.run('change'))).toMatchObject({ pid: before.pid, mask: 0o777, exitCode: 9 })
    expect(dataOf(await lab.run('state', 'after'))).toEqual(before)
  })

  it('is not met by the next run where it is the environment', async () => {
    const lab = new ProcessLab(program, once)
    const changed = dataOf(await lab.run('changeEnvironment'))
    expect(changed).toMatchObject({ more: 'more' })
    const after = dataOf(await lab.run('state'))
    expect(after).toMatchObject({ more: '' })
    expect(after.pid).not.toBe(changed.pid)
  })
})
