import { describe, expect, it, onTestFinished } from 'vitest'
import { ProcessGlobals } from '../src/process-globals.js'
import { ProcessState } from '../src/process-state.js'

/** Whether a change of a property is seen. Whoever else uses what is changed does not meet it. */
function isSeen(object: object, key: PropertyKey, change: PropertyDescriptor): boolean {
  const globals = new ProcessGlobals()
  const before = Object.getOwnPropertyDescriptor(object, key)
  const { defineProperty } = Object
  const { deleteProperty } = Reflect
  defineProperty(object, key, change)
  const areAsBefore = globals.areAsBefore()
  if (before === undefined) deleteProperty(object, key)
  else defineProperty(object, key, before)
  return !areAsBefore && globals.areAsBefore()
}

const prototypeOf = (value: object) => Object.getPrototypeOf(value) as object
const any = () => undefined

describe('what all code of a process shares', () => {
  it('is as it was where nothing changed it, and where Node loaded something', async () => {
    const globals = new ProcessGlobals()
    void [crypto.subtle, performance.now(), new CompressionStream('gzip'), new Blob(['a']), structuredClone({})]
    await fetch('data:text/plain,a')
    expect(globals.areAsBefore()).toBe(true)
    expect(isSeen(globalThis, Symbol.for('@test/registry'), { value: 1, configurable: true })).toBe(false)
  })

  it.each<[string, object, PropertyKey, unknown]>([
    ['a member added to a prototype', Array.prototype, 'x', 1],
    ['one with a symbol', Object.prototype, Symbol('x'), 1],
    ['a method replaced', Array.prototype, 'map', any],
    ['a function of the language replaced', Math, 'max', any],
    ['a function of JSON replaced', JSON, 'parse', any],
    ['the function that the look begins with', Reflect, 'ownKeys', any],
    ['the method that it could use', Array.prototype, 'every', () => true],
    ['a static method replaced', Object, 'keys', any],
    ['a member of the typed arrays', prototypeOf(Uint8Array.prototype), 'fill', any],
    ['the iterators of lists', prototypeOf([][Symbol.iterator]()), 'next', any],
    ['all iterators', prototypeOf(prototypeOf([][Symbol.iterator]())), Symbol.iterator, any],
    ['generators', prototypeOf(function* () {}), 'x', 1],
    ['promises', Promise.prototype, 'then', any],
    ['formats', Intl.NumberFormat.prototype, 'format', any],
    ['buffers', Buffer.prototype, 'toString', any],
    ['the limit of stacks', Error, 'stackTraceLimit', 1],
    ['a global added', globalThis, 'left', 1],
    ['a global replaced', globalThis, 'parseInt', any],
    ['a global that Node loads replaced', globalThis, 'CompressionStream', class {}],
    ['a method of the process', process, 'cwd', any],
    ['a method that it inherits', process, 'emit', any],
    ['a method of the console', console, 'log', any],
  ])('is another: %s', (_, object, key, value) => {
    expect(isSeen(object, key, { value, writable: true, configurable: true, enumerable: false })).toBe(true)
  })

  it('is another where what can be assigned was', () => {
    const globals = new ProcessGlobals()
    const { Buffer: before } = globalThis
    globalThis.Buffer = class extends Uint8Array {} as never
    const areAsBefore = globals.areAsBefore()
    globalThis.Buffer = before
    expect([areAsBefore, globals.areAsBefore()]).toEqual([false, true])
  })

  it('is another where something cannot be written any more, inherits from something else, or was taken away', () => {
    const { value } = Object.getOwnPropertyDescriptor(Array.prototype, 'at') as PropertyDescriptor
    expect(isSeen(Array.prototype, 'at', { value, writable: false, configurable: true, enumerable: false })).toBe(true)
    const globals = new ProcessGlobals()
    Object.setPrototypeOf(Uint8Array, Function.prototype)
    const isKept = globals.areAsBefore()
    Object.setPrototypeOf(Uint8Array, prototypeOf(Int8Array))
    expect([isKept, globals.areAsBefore()]).toEqual([false, true])
    const { unescape: before } = globalThis
    Reflect.deleteProperty(globalThis, 'unescape')
    const isThere = globals.areAsBefore()
    Object.defineProperty(globalThis, 'unescape', { value: before, writable: true, configurable: true })
    expect(isThere).toBe(false)
  })
})

describe('who hears of a process', () => {
  const hears = () => {}

  it.each(['message', 'disconnect', 'uncaughtException', 'unhandledRejection'])('is another: %s', (event) => {
    const none = new ProcessState()
    process.on(event, hears)
    onTestFinished(() => void process.removeListener(event, hears))
    expect(none.isUnchanged()).toBe(false)
    const one = new ProcessState()
    expect(one.isUnchanged()).toBe(true)
    process.removeListener(event, hears)
    expect([none.isUnchanged(), one.isUnchanged()]).toEqual([true, false])
    process.on(event, () => {})
    onTestFinished(() => void process.removeListener(event, process.listeners(event as 'exit').at(-1) as never))
    expect(one.isUnchanged()).toBe(false)
  })

  it('may be more of what nobody else hears, and none less', () => {
    const none = new ProcessState()
    process.on('SIGUSR2', hears)
    expect(none.isUnchanged()).toBe(true)
    const one = new ProcessState()
    process.removeListener('SIGUSR2', hears)
    expect(one.isUnchanged()).toBe(false)
  })

  it('is another where all that nobody caught goes to one', () => {
    const state = new ProcessState()
    process.setUncaughtExceptionCaptureCallback(() => {})
    const isUnchanged = state.isUnchanged()
    process.setUncaughtExceptionCaptureCallback(null)
    expect([isUnchanged, state.isUnchanged()]).toEqual([false, true])
  })
})
