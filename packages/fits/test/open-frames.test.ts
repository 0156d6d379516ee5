import { type FitsFile, Progress } from '@datalab/core'
import { expect, test } from 'vitest'
import type { Frame } from '../src/frame.js'
import { openFrames } from '../src/images.js'

const files: FitsFile[] = ['a', 'b', 'c', 'd', 'e'].map((basename) => ({ source: 'test', basename }))

/** Images that are open when it is said so, and those that were asked for. */
function imagesLater() {
  const asked: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const open = ({ basename: label }: { basename: string }) => {
    asked.push(label)
    return new Promise<Frame>((resolve, reject) => {
      ends.set(label, (error) => (error ? reject(error) : resolve({ label } as Frame)))
    })
  }
  const end = (label: string, error?: Error) => ends.get(label)?.(error)
  return { images: { open }, asked, end }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const progress = () => new Progress(() => {}, new AbortController().signal)

test('several are opened at once, and handed over in the order of the files', async () => {
  const { images, asked, end } = imagesLater()
  const taken: string[] = []
  const take = ({ label }: Frame, { basename }: FitsFile) => taken.push(label + basename)
  const opening = openFrames({ images, files, progress: progress(), take })
  await turn()
  expect(asked).toEqual(['a', 'b', 'c', 'd'])
  for (const label of ['d', 'b']) end(label)
  await turn()
  expect(taken).toEqual([])
  end('a')
  await turn()
  expect(taken).toEqual(['aa', 'bb'])
  end('c')
  await turn()
  end('e')
  expect(await opening).toEqual([1, 2, 3, 4, 5])
  expect(taken).toEqual(['aa', 'bb', 'cc', 'dd', 'ee'])
})

test('of those that cannot be opened the first in order is told, whichever failed first', async () => {
  const { images, asked, end } = imagesLater()
  const opening = openFrames({ images, files, progress: progress(), take: (frame) => frame })
  const failed = expect(opening).rejects.toThrow('no a')
  await turn()
  end('c', new Error('no c'))
  await turn()
  end('a', new Error('no a'))
  for (const label of ['b', 'd']) end(label)
  await failed
  expect(asked).toEqual(['a', 'b', 'c', 'd'])
})

test('what is thrown by who takes them is told', async () => {
  const images = { open: async () => ({ label: 'x' }) as Frame }
  const take = () => {
    throw new Error('not this one')
  }
  await expect(openFrames({ images, files, progress: progress(), take })).rejects.toThrow('not this one')
})
