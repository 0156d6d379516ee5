// What an answer from the cache takes: of a job without outputs, of one with an output file whose objects are looked for, and of one in a host
// that has many other results.
import { BaseDataOperation, createDataLab, FileStorage, Outputs } from '@datalab/core'
import { benchmark } from './harness/benchmark.mjs'
import { timings } from './harness/sampling.mjs'
import { inTemporaryFolder } from './harness/temporary-folder.mjs'
import { NoOp } from './hosts/no-op.mjs'

const OTHERS = 1000
const SAMPLING = { samples: 2000 }

/** Writes one small object. */
class OneFile extends BaseDataOperation {
  static info = { ...NoOp.info, id: '@bench/one-file', name: 'One File', requires: [Outputs] }

  async operate() {
    const outputs = this.use(Outputs)
    const object = await outputs.put('.txt', new TextEncoder().encode(String(this.inputData.number)))
    return [outputs.file({ type: 'image', objects: [object] })]
  }
}

await benchmark(import.meta.url, 'submit of a job whose result is there', async (report) => {
  report.row('no outputs; memory', await submits(NoOp), { unit: 'ms', target: 1 })
  report.row('one output file; memory', await submits(OneFile), { unit: 'ms', target: 1 })
  report.row(`the same, among ${OTHERS} more results`, await submits(OneFile, { others: OTHERS }), {
    unit: 'ms',
    target: 1,
  })
  await inTemporaryFolder(async (folder) => {
    const storage = new FileStorage(folder)
    report.row('one output file; files', await submits(OneFile, { storage }), { unit: 'ms' })
  })
})

/** How long each submit takes in a host that has the result, and others. */
async function submits(operation, { others = 0, ...options } = {}) {
  const lab = createDataLab({ operations: [NoOp, OneFile], ...options })
  for (let number = 0; number <= others; number++) await (await lab.submit(operation, { number })).result()
  const samples = await timings(async () => {
    const job = await lab.submit(operation, { number: 0 })
    if (!job.cached) throw new Error('The result was not there: this is no answer from the cache.')
  }, SAMPLING)
  await lab.close()
  return samples
}
