import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDataLab, type PipelineStep, planPipeline, submitPipeline } from '../src/index.js'
import { Join, join } from './pipelines.js'

/** Steps in any order, each of which takes outputs of some of those before it in another order. */
const pipelines = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      isEach: fc.boolean(),
      count: fc.integer({ min: 1, max: 2 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      order: fc.shuffledSubarray([...nodes.keys()], { minLength: nodes.length }),
      changed: fc.nat({ max: nodes.length - 1 }),
    }),
  )

test('a step that is changed is run again, and what depends on it, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(pipelines, async ({ changed, nodes, order }) => {
      const needsOf = (node: number) => (node === 0 ? [] : nodes[node]!.needs.map((need) => need % node))
      const step = (node: number, text: string): PipelineStep => {
        const { count, isEach } = nodes[node]!
        const [first, ...others] = needsOf(node)
        const files = others.map((need) => ({ from: `s${need}`, index: 0 }))
        return join(`s${node}`, {
          text,
          count,
          ...(files.length === 2 && { files }),
          ...(files.length === 1 && { files: [...files, ...files] }),
          ...(first !== undefined && { other: isEach ? { each: `s${first}` } : { from: `s${first}`, index: 0 } }),
        })
      }
      const steps = (change: string) =>
        order.map((node) => step(node, node === changed ? `s${node}${change}` : `s${node}`))
      const dependsOn = (node: number): boolean => node === changed || needsOf(node).some(dependsOn)

      Join.ran = []
      await using host = createDataLab({ operations: [Join] })
      await (await submitPipeline(host, { steps: steps('') })).result()
      const again = { steps: steps(' changed') }
      const plan = await planPipeline(host, again)
      const ranBefore = Join.ran.length
      const run = await submitPipeline(host, again)
      await run.result()
      const expected = order.map((node) => !dependsOn(node))
      expect(run.record().steps.map(({ cached }) => cached)).toEqual(expected)
      expect(plan.steps.map(({ cached }) => cached)).toEqual(expected)
      const jobs = run.record().steps.flatMap(({ cached, jobs }) => (cached ? [] : jobs.map(({ key }) => key)))
      expect(Join.ran.length - ranBefore).toBe(new Set(jobs).size)
    }),
    { numRuns: 60, seed: 7 },
  )
}, 60_000)
