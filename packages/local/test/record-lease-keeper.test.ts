import type { Lease } from '@datalab/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RecordLeaseKeeper } from '../src/record-lease-keeper.js'

const lease: Lease = { key: 'k', attempt: 1, owner: 'me', principal: { id: 'ann' } }
const TERMS = { leaseMs: 300, keepMs: 1000 }
let renewals: string[]
let answer: () => boolean
let keeper: RecordLeaseKeeper

beforeEach(() => {
  vi.useFakeTimers()
  renewals = []
  answer = () => true
  const renew = ({ key, attempt }: Lease, leaseMs: number) => {
    renewals.push(`${key} ${attempt} ${leaseMs}`)
    return answer()
  }
  keeper = new RecordLeaseKeeper(renew, Date.now, (work) => work())
})

afterEach(() => {
  keeper.close()
  vi.useRealTimers()
})

it('renews a lease three times in its length, for as long as it should', () => {
  keeper.keep(lease, TERMS)
  vi.advanceTimersByTime(300)
  expect(renewals).toEqual(Array(3).fill('k 1 300'))
  vi.advanceTimersByTime(10_000)
  expect(renewals).toHaveLength(10)
  expect(vi.getTimerCount()).toBe(0)
})

it('stops when the lease is lost', () => {
  keeper.keep(lease, TERMS)
  answer = () => false
  vi.advanceTimersByTime(1000)
  expect(renewals).toHaveLength(1)
})

it('tries again when a renewal fails', () => {
  keeper.keep(lease, TERMS)
  answer = () => {
    throw new Error('it does not answer now')
  }
  vi.advanceTimersByTime(200)
  answer = () => true
  vi.advanceTimersByTime(200)
  expect(renewals).toHaveLength(4)
})

it('keeps a lease that is claimed again, or renewed, once, from then on', () => {
  keeper.keep(lease, TERMS)
  vi.advanceTimersByTime(900)
  keeper.keep({ ...lease }, TERMS)
  vi.advanceTimersByTime(900)
  expect(renewals).toHaveLength(18)
})

it('drops one lease, and all when it is closed', () => {
  for (const attempt of [1, 2, 3]) keeper.keep({ ...lease, attempt }, TERMS)
  keeper.drop({ ...lease, attempt: 2 })
  vi.advanceTimersByTime(100)
  expect(renewals).toEqual(['k 1 300', 'k 3 300'])
  keeper.close()
  expect(vi.getTimerCount()).toBe(0)
})

it('keeps also what lasts longer than a timer of Node', () => {
  keeper.keep(lease, { leaseMs: 1e12, keepMs: 1e13 })
  vi.advanceTimersByTime(60_000)
  expect(renewals).toEqual([])
})
