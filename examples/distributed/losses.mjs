import { readImage } from '@datalab/fits'
import { expectedPixels } from './load.mjs'

const TOLERANCE = 1e-6

/** A sentence for each thing that is not as it has to be: jobs that did not complete, duplicates with a key of their own, results with other pixels. */
export async function losses({ load, records, ended, frames, open }) {
  const lost = []
  const distinct = new Set(records.map(({ key }) => key)).size
  if (distinct !== load.length) lost.push(`${load.length} different jobs have ${distinct} keys`)
  for (const [index, { key }] of records.slice(load.length).entries())
    if (key !== records[index].key) lost.push(`the same as ${records[index].key} was taken for another, ${key}`)
  const byKey = new Map(ended.map((record) => [record.key, record]))
  const check = async (job, index) => {
    const { key } = records[index]
    const fault = await faultOf(job, byKey.get(key), frames, open).catch((error) => error.message)
    if (fault !== undefined) lost.push(`${job.operation} ${key}: ${fault}`)
  }
  await Promise.all(load.map(check))
  return lost
}

/** What is wrong with one job; undefined where nothing is. */
async function faultOf(job, record, frames, open) {
  if (record?.status !== 'COMPLETED') return `${record?.status}, ${record?.error?.message}`
  const { output_files: files } = record.output
  if (files.length !== 1) return `${files.length} results`
  const { data } = await readImage(await open(files[0].basename, 'fits'))
  for (const role of ['large', 'small'])
    if ((await open(files[0].basename, role)).length === 0) return `${role} is empty`
  const expected = expectedPixels(job, frames)
  const wrong = expected.findIndex(
    (value, pixel) => !(Math.abs(data[pixel] - value) <= TOLERANCE * Math.abs(value) + TOLERANCE),
  )
  if (data.length === expected.length && wrong === -1) return undefined
  return `pixel ${wrong} is ${data[wrong]}, not ${expected[wrong]}`
}
