import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MachineHost, machineFolder } from './fixtures/machine.js'

const EACH = 25

/** Four hosts of one folder, of which one has its runs in child processes. */
async function fourHosts(folder: string): Promise<MachineHost[]> {
  const executors = ['processes', 'inline', 'inline', 'inline'] as const
  return Promise.all(executors.map((executor) => MachineHost.start(folder, executor)))
}

function runsIn(folder: string): string[] {
  return readFileSync(join(folder, 'runs'), 'utf8').trimEnd().split('\n')
}

describe('one job, submitted by four processes at once', { timeout: 60_000 }, () => {
  // Who submits first runs it.
  test.each(['all together', 'the host of child processes first', 'another first'])('%s: one run', async (order) => {
    const folder = machineFolder()
    const hosts = await fourHosts(folder)
    const submit = (host?: MachineHost) => host?.submit('Held', { name: 'x' }, EACH)
    const [far, ...near] = hosts
    const first = order === 'all together' ? undefined : order === 'another first' ? near[0] : far
    const begun = await submit(first)
    const keys = await Promise.all(hosts.filter((host) => host !== first).map(submit))
    expect(new Set([begun ?? [], ...keys].flat()).size).toBe(1)
    writeFileSync(join(folder, 'go'), '')

    const answers = (await Promise.all(hosts.map((host) => host.results()))).flat()
    expect(answers).toHaveLength(100)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ output_files: [{ basename: keys[0]?.[0] }], output_data: [{ attempt: 1 }] })
    expect(runsIn(folder)).toEqual(['x 1'])
    await Promise.all(hosts.map((host) => host.close()))
  })

  test.each([0, 1])('99 cancel, and the one that host %i keeps gets its result', async (keeper) => {
    const folder = machineFolder()
    const hosts = await fourHosts(folder)
    await Promise.all(hosts.map((host) => host.submit('Held', { name: 'x' }, EACH)))
    expect(await hosts[keeper]?.told(0, 'begun')).toBe(true)
    await Promise.all(hosts.map((host, index) => host.cancel(index === keeper ? 1 : 0)))
    writeFileSync(join(folder, 'go'), '')

    const answers = await Promise.all(hosts.map((host) => host.results()))
    const [kept, ...others] = [answers[keeper]?.[0], ...answers.flat().filter((answer) => typeof answer === 'string')]
    expect(kept).toMatchObject({ output_data: [{ attempt: 1 }] })
    expect(others).toEqual(Array(99).fill('DATALAB_ABORTED'))
    expect(runsIn(folder)).toEqual(['x 1'])
  })

  test('all 100 cancel: the run ends, wherever it goes on', async () => {
    const folder = machineFolder()
    const hosts = await fourHosts(folder)
    const [[key = ''] = []] = await Promise.all(hosts.map((host) => host.submit('Held', { name: 'x' }, EACH)))
    expect(await hosts[0]?.told(0, 'begun')).toBe(true)
    await Promise.all(hosts.map((host) => host.cancel(0)))
    expect((await Promise.all(hosts.map((host) => host.results()))).flat()).toEqual(Array(100).fill('DATALAB_ABORTED'))
    expect(await hosts[3]?.get(key)).toMatchObject({ status: 'CANCELLED', attempt: 1 })
    // Nobody is held up by what goes on no more.
    writeFileSync(join(folder, 'go'), '')
    await hosts[1]?.submit('Held', { name: 'x' })
    expect((await hosts[1]?.results())?.at(-1)).toMatchObject({ output_data: [{ attempt: 2 }] })
    expect(runsIn(folder)).toEqual(['x 1', 'x 2'])
  })
})
