import { dirname, join, resolve } from 'node:path'
import { createDataLab, FileStorage, isDataLabError, LocalSource } from '@datalab/core'
import { images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'

const paths = process.argv.slice(2).map((path) => resolve(path))
const folder = dirname(paths[0] ?? '.')
const files = new LocalSource({ roots: { data: folder } })

const lab = createDataLab({
  operations: [Median],
  services: [images()],
  sources: [files],
  storage: new FileStorage(join(import.meta.dirname, 'results')),
})
try {
  const input_files = await Promise.all(paths.map((path) => files.reference(path)))
  const job = await lab.submit(Median, { input_files })
  for await (const { status, progress } of job.events) console.error(`${status} ${Math.round(progress * 100)} %`)
  console.log(await job.result())
} catch (err) {
  if (!isDataLabError(err)) throw err
  console.error(err.message)
  process.exitCode = 1
} finally {
  await lab.close()
}
