import assert from 'node:assert/strict'
import { MemoryRecordStore, MemoryStorage, wizardDescription } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import { assertSentence } from './expectations.js'
import type { OperationUnderTest } from './test-operation.js'

/** What an operation says of itself. */
export const describingTests: readonly ContractTest<OperationUnderTest>[] = [
  {
    name: 'has a form with a label and a widget for every input',
    async run({ operation: { info } }) {
      const form = wizardDescription(info)
      assert.deepEqual(Object.keys(form.inputs), Object.keys(info.inputs.properties))
      for (const [name, { name: label, type }] of Object.entries(form.inputs)) {
        assert.ok(typeof label === 'string' && label.trim() !== '', `${name} has no label`)
        assert.ok(typeof type === 'string' && type !== '', `${name} has no widget`)
      }
      assert.deepEqual(JSON.parse(JSON.stringify(form)), form)
    },
  },
  {
    name: 'says in a sentence what it does',
    async run({ operation: { info } }) {
      assertSentence(info.description)
    },
  },
  {
    name: 'accepts no input that it does not declare, and lacks none that it requires',
    async run({ operation: { info } }) {
      const { properties, required = [], additionalProperties } = info.inputs
      assert.equal(additionalProperties, false, 'its schema is open')
      for (const name of required) assert.ok(Object.hasOwn(properties, name), `'${name}' is required and not declared`)
    },
  },
  {
    name: 'an instance says of itself what its class does',
    async run({ operation: { info }, valid, run }) {
      await run(valid[0], undefined, {
        begun(instance) {
          assert.deepEqual([instance.name(), instance.description()], [info.name, info.description])
          assert.deepEqual(instance.wizardDescription(), wizardDescription(info))
        },
      })
    },
  },
]

/** What becomes of the inputs. */
export const inputTests: readonly ContractTest<OperationUnderTest>[] = [
  {
    name: 'the inputs stay as they were',
    async run({ valid, run }) {
      for (const inputs of valid) {
        const before = structuredClone(inputs)
        await run(inputs)
        assert.deepEqual(inputs, before)
      }
    },
  },
  {
    name: 'the key is the same whatever the order of the members, and a run has the key of its job',
    async run({ valid, run, keyOf }) {
      for (const inputs of valid) {
        const key = await keyOf(inputs)
        assert.equal(await keyOf(reversed(inputs)), key)
        let own: string | undefined
        const { record } = await run(reversed(inputs), undefined, {
          begun(instance) {
            own = instance.generateCacheKey()
          },
        })
        assert.deepEqual([record.key, own], [key, key])
      }
    },
  },
  {
    name: 'different inputs are different jobs',
    async run({ valid, keyOf }) {
      const keys = await Promise.all(valid.map((inputs) => keyOf(inputs)))
      assert.equal(new Set(keys).size, valid.length, 'two of the valid inputs have one key')
    },
  },
  {
    name: 'invalid inputs are refused before anything is queued, in a sentence that names the field',
    async run({ invalid, run }) {
      for (const inputs of invalid) {
        const [storage, records] = [new MemoryStorage(), new MemoryRecordStore()]
        const what = JSON.stringify(inputs)
        await assert.rejects(run(inputs, { storage, records }), (error) => assertRefusal(error, what), what)
        assert.deepEqual((await storage.list('')).objects, [], what)
        assert.deepEqual((await records.list()).records, [], what)
      }
    },
  },
]

function assertRefusal(error: unknown, what: string): true {
  const { code, message, details } = error as { code?: string; message?: string; details?: { issues?: unknown } }
  assert.equal(code, 'DATALAB_INPUT_INVALID', `${what}: ${error}`)
  assertSentence(message)
  const issues = details?.issues as readonly { pointer: string; message: string }[]
  assert.ok(issues.length > 0, `${what}: nothing is said of what is wrong`)
  for (const issue of issues) {
    assertSentence(issue.message)
    const field = (issue.pointer.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
    assert.ok(issue.message.includes(field), `${what}: '${issue.message}' does not name ${field}`)
  }
  return true
}

/** The same value, with the members of each object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, reversed(member)] as const)
  return Object.fromEntries(members.reverse())
}
