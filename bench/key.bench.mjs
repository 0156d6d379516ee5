// The key of a job: its pure part, and what a host does besides to learn it.
import { createDataLab } from '@datalab/core'
import { images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import { ArchiveSource } from '@datalab/source-archive'
import { benchmark } from './harness/benchmark.mjs'
import { innerModules } from './harness/inner-modules.mjs'
import { timings } from './harness/sampling.mjs'
import { shuffled } from './harness/shuffled.mjs'

const COUNT = 999
const SAMPLING = { samples: 500 }
const MODULES = ['cache-key', 'clone-json', 'normalize-inputs', 'prepare-job', 'validate-inputs']

const core = await innerModules('core', MODULES)
const source = new ArchiveSource({ baseUrl: 'https://archive.example/api/', identity: 'basename' })
const services = [images()]
const inputs = { input_files: shuffled(Array.from({ length: COUNT }, (_, index) => reference(index))) }

await benchmark(import.meta.url, `the key of a job with ${COUNT} files of an archive, known by their names`, measure)

async function measure(report) {
  const lab = createDataLab({ operations: [Median], services, sources: [source] })
  const normalizer = new core.InputNormalizer(Median.info.inputs, await core.loadValidators())
  const declared = normalizer.declared(inputs)
  const identity = () => normalizer.normalize(declared, ({ basename }) => basename).identity
  const known = identity()
  const key = () => core.cacheKey(Median.info, services, known)
  await checkSame(key(), [prepare(), lab.plan(Median, inputs)])

  report.row('cacheKey of normalised inputs', await timings(key, SAMPLING), { unit: 'ms', target: 2 })
  const whole = () => core.cacheKey(Median.info, services, identity())
  report.row('normalise inputs, with cacheKey', await timings(whole, SAMPLING), { unit: 'ms', target: 2 })
  report.row('prepareJob, which does both', await timings(prepare, SAMPLING), { unit: 'ms' })
  report.row('lab.plan, which does all', await timings(() => lab.plan(Median, inputs), SAMPLING), { unit: 'ms' })
  await lab.close()
}

function prepare() {
  const surroundings = { services, sources: new Map([['archive', source]]), limits: core.DEFAULT_PAYLOAD_LIMITS }
  return core.prepareJob(Median.info, inputs, surroundings, { principal: { id: 'local' } })
}

/** That the parts are those of the whole: else their figures would be of something else. */
async function checkSame(key, wholes) {
  for (const whole of await Promise.all(wholes))
    if (whole.key !== key) throw new Error(`The parts give the key ${key}, the whole gives ${whole.key}.`)
}

/** A reference as front ends send it, of which the operation declares only the first two members. */
function reference(index) {
  const basename = `tst1m008-fa16-20260101-${String(index).padStart(4, '0')}-e91`
  return {
    source: 'archive',
    basename,
    id: 1000 + index,
    url: `https://archive.example/files/${basename}?X-Amz-Signature=${'0123456789abcdef'.repeat(4)}`,
    filter: 'rp',
    target_name: 'M1',
    observation_date: '2026-01-01T00:00:00Z',
    exposure_time: 30.5,
    proposal_id: 'P1',
  }
}
