import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROVENANCE_BEGIN, PROVENANCE_END, parseProvenance, provenanceLines } from '../src/provenance.js'

const blanks = fc
  .array(fc.constantFrom(' ', '  ', 'a', '\\', '"', 'é', '\t', '😀', 'word'), { maxLength: 300 })
  .map((parts) => parts.join(''))
const text = fc.oneof(blanks, fc.string({ unit: 'grapheme', maxLength: 300 }))

test('lines are ASCII, short, without blanks at their ends, and joined they are the JSON', () => {
  fc.assert(
    fc.property(
      text,
      fc.dictionary(fc.constantFrom('x', 'y y', 'ž'), text),
      fc.integer({ min: 8, max: 80 }),
      (name, inputs, width) => {
        const provenance = { key: 'k', operation: { id: '@test/op', name, revision: 1 }, services: {}, inputs }
        const lines = provenanceLines(provenance, width)
        const begin = lines.indexOf(PROVENANCE_BEGIN)
        for (const line of lines) {
          expect(line).toMatch(/^[ -~]+$/)
          expect(line).toBe(line.trim())
          if (line !== PROVENANCE_BEGIN && line !== PROVENANCE_END) expect(line.length).toBeLessThanOrEqual(width)
        }
        expect(JSON.parse(lines.slice(begin + 1, -1).join(''))).toEqual(provenance)
        expect(parseProvenance(['before', ...lines, 'after'])).toEqual(provenance)
      },
    ),
    { seed: 7, numRuns: 300 },
  )
})
