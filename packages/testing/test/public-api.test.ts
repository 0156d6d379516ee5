import { expect, test } from 'vitest'
import * as testing from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(testing).sort()).toEqual([
    'FaultPlan',
    'MemoryImages',
    'MemorySource',
    'faults',
    'forEveryFault',
    'manualClock',
    'memoryImages',
    'runOperation',
    'seededRandom',
    'starField',
    'testExecutor',
    'testOperation',
    'testRecordStore',
    'testSource',
    'testStorage',
  ])
})
