import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { eachLine, relayLog } from '../src/process-log.js'
import { fromPs, memoryShare, residentBytes } from '../src/process-memory.js'
import type { ChildMessage } from '../src/process-messages.js'
import { childEnvironment } from '../src/process-worker.js'

it.each([
  ['--inspect', undefined],
  ['--inspect-brk=127.0.0.1:9229 --enable-source-maps', '--enable-source-maps'],
  ['--no-warnings --inspect-port 0', '--no-warnings'],
  ['--inspect --no-warnings --inspect-publish-uid=http', '--no-warnings'],
  ['--import ./x--inspect.js', '--import ./x--inspect.js'],
  [undefined, undefined],
])('children do not inherit a debugger: %s', (options, left) => {
  const env = {
    PATH: '/bin',
    VSCODE_INSPECTOR_OPTIONS: '{}',
    ...(options === undefined ? {} : { NODE_OPTIONS: options }),
  }
  const { NODE_OPTIONS, ...rest } = childEnvironment(env)
  expect(NODE_OPTIONS?.replace(/ +/g, ' ')).toBe(left)
  expect(rest).toEqual({ PATH: '/bin' })
})

it('the resident memory of a process is told by the system, in each of its ways', async () => {
  const bytes = (await residentBytes(process.pid)) ?? 0
  expect(bytes).toBeGreaterThan(2 ** 24)
  expect(Math.abs(((await fromPs(process.pid)) ?? 0) / bytes - 1)).toBeLessThan(0.2)
  expect([await residentBytes(2 ** 30), await fromPs(2 ** 30)]).toEqual([undefined, undefined])
})

it.each([
  ['the machine', 16, 0, 4, 3],
  ['the machine, where there is no bound', 16, 2 ** 33, 4, 3],
  ['the container', 64, 8, 2, 3],
  ['no less than 1 GiB', 2, 0, 8, 1],
])('runs share three quarters of the memory: %s', (_, total, constrained, runs, share) => {
  expect(memoryShare(runs, total * 2 ** 30, constrained * 2 ** 30)).toBe(share * 2 ** 30)
  expect(memoryShare(1)).toBeGreaterThanOrEqual(2 ** 30)
})

it('lines are taken from a stream wherever it is cut, and long ones are cut', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  eachLine(stream, (line) => lines.push(line))
  for (const part of ['on', 'e\ntwo\n', '\n', 'x'.repeat(3000), `${'x'.repeat(3000)}\nlast`]) stream.write(part)
  stream.end()
  await finished(stream)
  expect(lines.map((line) => line.slice(0, 10))).toEqual(['one', 'two', '', 'xxxxxxxxxx', 'last'])
  expect(lines[3]).toHaveLength(4000)
})

it('facts of a log that cannot be sent are left out', () => {
  const sent: ChildMessage[] = []
  relayLog((message) => void sent.push(message)).info({ size: 1n }, 'text')
  expect(sent).toEqual([{ kind: 'log', level: 'info', facts: {}, message: 'text' }])
})
