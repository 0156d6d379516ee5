import { expect, test } from 'vitest'
import {
  inputsOf,
  PROVENANCE_BEGIN,
  PROVENANCE_END,
  type Provenance,
  parseProvenance,
  provenanceLines,
} from '../src/provenance.js'

const provenance: Provenance = {
  key: 'a'.repeat(64),
  operation: { id: '@test/op', name: 'Test', revision: 3, version: '1.2.3' },
  services: { '@test/s/S@1': 2 },
  inputs: { text: 'one two' },
}

test('a sentence for people comes first', () => {
  expect(provenanceLines(provenance)[0]).toBe('Test by @test/op 1.2.3, revision 3')
  const { version: _, ...operation } = provenance.operation
  expect(provenanceLines({ ...provenance, operation })[0]).toBe('Test by @test/op, revision 3')
})

test('then the JSON, between marks', () => {
  const lines = provenanceLines(provenance)
  expect(lines[1]).toBe(PROVENANCE_BEGIN)
  expect(lines.at(-1)).toBe(PROVENANCE_END)
  expect(JSON.parse(lines.slice(2, -1).join(''))).toEqual(provenance)
})

test('a blank at every second place leaves no line with a blank at its ends', () => {
  const lines = provenanceLines({ ...provenance, inputs: { text: 'a b '.repeat(200), more: ' '.repeat(500) } })
  expect(lines.filter((line) => line !== line.trim() || line.length > 72)).toEqual([])
  expect(JSON.parse(lines.slice(2, -1).join('')).inputs.more).toBe(' '.repeat(500))
})

test('a thousand files, with blanks in their names', () => {
  const files = Array.from({ length: 1000 }, (_, index) => ({
    basename: `night 1/frame ${index}.fits`,
    source: 'local',
  }))
  const lines = provenanceLines({ ...provenance, inputs: { files } })
  expect(JSON.parse(lines.slice(2, -1).join('')).inputs.files).toHaveLength(1000)
})

test('of several in one header the last is read', () => {
  const other = { ...provenance, key: 'b'.repeat(64) }
  expect(parseProvenance([...provenanceLines(provenance), 'Median', ...provenanceLines(other)])).toEqual(other)
})

test.each([
  ['none', []],
  ['one that has no end', provenanceLines(provenance).slice(0, -1)],
  ['one that lost a line', provenanceLines(provenance).toSpliced(2, 1)],
  ['JSON that is none', [PROVENANCE_BEGIN, '{"key":1}', PROVENANCE_END]],
])('%s is none', (_, lines) => {
  expect(parseProvenance(lines)).toBeUndefined()
})

test('the inputs without the identities of files', () => {
  const inputs = { text: 'x', files: [{ basename: 'a', source: 'local', '@identity': '1' }], one: { '@identity': 2 } }
  expect(inputsOf({ inputs })).toEqual({ text: 'x', files: [{ basename: 'a', source: 'local' }], one: {} })
})
