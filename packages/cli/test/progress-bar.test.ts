import { expect, test } from 'vitest'
import { ProgressBar, progressLine } from '../src/progress-bar.js'
import { Terminal } from '../src/terminal.js'
import { memoryIo, memoryStream } from './run-main.js'

test.each([
  [60, 0.5, 'Median [===============               ]  50%  Combining'],
  [60, 1, 'Median [==============================] 100%  Combining'],
  [60, 7, 'Median [==============================] 100%  Combining'],
  [60, 0.999, 'Median [==============================]  99%  Combining'],
  [40, 0.5, 'Median [=============             ]  50%'],
  [14, 0.5, 'Median  50%  C'],
  [5, 0.5, 'Media'],
])('in %i columns', (columns, fraction, line) => {
  expect(progressLine('Median', fraction, 'Combining', columns).trimEnd()).toBe(line)
})

test('a message cannot command the terminal, nor take more columns than there are', () => {
  const line = progressLine('Median', 0.5, 'a\u001b[2J\r\nb\u009b \u202e画像画像画像', 64)
  expect(line).toBe('Median [===============               ]  50%  a?[2J b? ?画像画像')
})

function liveTerminal(isTTY: boolean, env = {}) {
  const stderr = memoryStream({ isTTY, columns: 60 })
  return { stderr, terminal: new Terminal({ ...memoryIo().io, stderr, env }) }
}

test('a terminal gets one line, redrawn not too often, and cleared at the end', () => {
  const { stderr, terminal } = liveTerminal(true)
  let now = 0
  const bar = new ProgressBar(terminal, 'Median', () => now)
  bar.update(0, null)
  bar.update(0.25, 'too early')
  now = 100
  bar.update(0.5, null)
  bar.end()
  bar.end()
  const [nothing, first, second, last, ...more] = stderr.text.split('\r\u001b[K')
  expect(nothing).toBe('')
  expect(first).toContain(' 0%')
  expect(second).toContain(' 50%')
  expect(last).toBe('')
  expect(more).toEqual([])
})

test('a line of the log pushes the bar away', () => {
  const { stderr, terminal } = liveTerminal(true)
  new ProgressBar(terminal, 'Median').update(0.5, null)
  terminal.note('attention')
  expect(stderr.text.endsWith('\r\u001b[Kattention\n')).toBe(true)
})

test.each([
  ['no terminal', false, {}],
  ['a terminal that cannot', true, { TERM: 'dumb' }],
])('%s gets one line and no control characters', (_, isTTY, env) => {
  const { stderr, terminal } = liveTerminal(isTTY, env)
  let now = 0
  const bar = new ProgressBar(terminal, 'Median', () => (now += 1000))
  for (const fraction of [0, 0.5, 1]) bar.update(fraction, 'x')
  bar.end()
  expect(stderr.text).toBe('Median is running.\n')
})
