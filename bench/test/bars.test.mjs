import { expect, test } from 'vitest'
import { isBad, judgements } from '../contest/bars.mjs'

const contestant = (name, role, wall, cpu = wall, rss = 2 ** 20) => ({
  name,
  role,
  wall: wall[0],
  rss,
  samples: { wall, cpu, rss: [rss] },
})
const ours = contestant('DataLab', 'ours', [1, 2, 1], [2, 2, 2], 100 * 2 ** 20)

test('a ratio is the median of those of the rounds that both were in', () => {
  const original = contestant('original', 'original', [10, 10, 30], [8, 8, 8])
  const once = contestant('slow', 'peer', [40])
  expect(judgements([ours, original, once], {})).toEqual([
    { against: 'best peer, slow', wall: 40, cpu: 20, isUpper: false },
    { against: 'the original', wall: 10, cpu: 4, isUpper: false },
  ])
})

test('the best peer is the fastest one, and neither the original nor who does less', () => {
  const all = [
    ours,
    contestant('original', 'original', [2]),
    contestant('cat', 'floor', [0.5]),
    contestant('slow', 'peer', [9]),
    contestant('fast', 'peer', [4]),
  ]
  expect(judgements(all, {}).map(({ against, wall }) => [against, wall])).toEqual([
    ['best peer, fast', 4],
    ['the original', 2],
    ['cat', 2],
  ])
})

test('a ratio is to exceed its bar, and that of processors has to agree', () => {
  const verdict = (bound, aim, cpu = [8]) =>
    judgements([ours, contestant('peer', 'peer', [4], cpu)], { peer: { bound, aim } })[0].verdict
  expect([verdict(3, 4), verdict(4, 6), verdict(4.1, 6), verdict(4), verdict(4, 6, [7])]).toEqual([
    'aim',
    'met',
    'missed',
    'met',
    'CPU disagrees',
  ])
  expect(['aim', 'met', 'missed', 'CPU disagrees', undefined].map(isBad)).toEqual([false, false, true, true, false])
})

test('of memory, and of reading alone, there is to be no more than the bar', () => {
  const bars = (bound, aim) => ({ floor: { bound, aim }, rss: { bound: bound * 50, aim: aim * 50 } })
  const verdicts = (bound, aim) =>
    judgements([ours, contestant('cat', 'floor', [0.5, 1])], bars(bound, aim)).map(({ verdict }) => verdict)
  expect(verdicts(2, 2)).toEqual(['aim', 'aim'])
  expect(verdicts(3, 1)).toEqual(['met', 'met'])
  expect(verdicts(1.9, 1)).toEqual(['missed', 'missed'])
})
