import { expect, test } from 'vitest'
import { MemoryStorage, Outputs, ResultSource } from '../src/index.js'
import { lab, operation } from './lab.js'

test('the size of an output is told without opening it', async () => {
  const storage = new MemoryStorage()
  const Op = operation(async (run) => {
    const object = await run.use(Outputs).put('.fits', new Uint8Array(2880))
    return [run.use(Outputs).file({ type: 'fits', objects: [object] })]
  })
  const { output_files = [] } = await (await lab({ operations: [Op], storage }).submit(Op, {})).result()
  const source = new ResultSource(storage)
  const reference = { source: 'datalab', basename: output_files[0]?.basename ?? '' }
  const opened = await source.open(reference)
  expect(await source.size(reference)).toBe(opened.size)
  expect(opened.size).toBe(2880)
  await opened.close()
  for (const basename of ['0'.repeat(64), 'none'])
    await expect(source.size({ source: 'datalab', basename }), basename).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    })
})
