import { expect, test, vi } from 'vitest'
import { packageOfService, provide, provideEach, serviceKey } from '../src/service.js'

test.each(['@datalab/fits/Images@1', 'plain/Thing@12', '@a.b/c-d_e/X1@3'])('%s is a key', (id) => {
  expect(serviceKey(id)).toEqual({ id, symbol: Symbol.for(id) })
})

test.each([
  '',
  'Images@1',
  '@datalab/fits/Images',
  '@datalab/fits/Images@0',
  '@datalab/fits/Images@1.2',
  'A/B@1',
  '@x/ /A@1',
])('%j is none', (id) => {
  expect(() => serviceKey(id)).toThrow(TypeError)
})

test('two copies of the package make equal keys', async () => {
  vi.resetModules()
  const copy = await import('../src/service.js')
  expect(copy.serviceKey).not.toBe(serviceKey)
  expect(copy.serviceKey('@x/y/Z@1')).toEqual(serviceKey('@x/y/Z@1'))
})

test('the package of a key', () => {
  expect(packageOfService(serviceKey('@datalab/fits/Images@1'))).toBe('@datalab/fits')
  expect(packageOfService(serviceKey('plain/Thing@1'))).toBe('plain')
})

test('one service for all, or one for each run', () => {
  const key = serviceKey<{ n: number }>('x/N@1')
  const service = { n: 1 }
  const run = {} as never
  expect(provide(key, service).create(run)).toBe(service)
  const each = provideEach(key, () => ({ n: 2 }), { revision: 4, settings: { b: [1] } })
  expect(each).toMatchObject({ key, revision: 4, settings: { b: [1] } })
  expect(each.create(run)).not.toBe(each.create(run))
})

test('settings are copied, since they are part of keys', () => {
  const settings = { list: [1] }
  const provider = provide(serviceKey('x/N@1'), {}, { settings })
  settings.list.push(2)
  expect(provider.settings).toEqual({ list: [1] })
})

test.each([0, -1, 1.5, Number.NaN])('the revision %s is refused', (revision) => {
  expect(() => provide(serviceKey('x/N@1'), {}, { revision })).toThrow(TypeError)
})

test('settings that are not JSON are refused', () => {
  expect(() => provide(serviceKey('x/N@1'), {}, { settings: { n: Number.NaN } })).toThrow(TypeError)
  expect(() => provide(serviceKey('x/N@1'), {}, { settings: (() => 1) as never })).toThrow(TypeError)
})
