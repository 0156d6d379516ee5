import { type FitsFile, type OutputFile, Progress } from '@datalab/core'
import { expect, test, vi } from 'vitest'
import type { Frame } from '../src/frame.js'
import { eachFrame } from '../src/images.js'

const files = (...names: string[]): FitsFile[] => names.map((basename) => ({ source: 'test', basename }))

/** Images of a certain width, and which of them are open. */
function imagesOf(width: number) {
  const open = new Set<string>()
  const images = {
    open: async ({ basename: label }: { basename: string }) => {
      open.add(label)
      return { label, width, height: width, close: async () => void open.delete(label) } as unknown as Frame
    },
  }
  return { images, open }
}

/** Outputs that are there when it is said so. */
function saving() {
  const begun: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const save = ({ label }: Frame) => {
    begun.push(label)
    return new Promise<OutputFile>((resolve, reject) => {
      ends.set(label, (error) => (error ? reject(error) : resolve({ basename: label } as OutputFile)))
    })
  }
  const end = (label: string, error?: Error) => ends.get(label)?.(error)
  return { begun, save, end }
}

const progress = () => new Progress(() => {}, new AbortController().signal)

test('works on many small images at once, and gives the outputs in the order of the images', async () => {
  const { images, open } = imagesOf(100)
  const { begun, save, end } = saving()
  const shown: string[][] = []
  const onSaved = async (outputs: readonly OutputFile[]) => void shown.push(outputs.map(({ basename }) => basename))
  const names = Array.from({ length: 10 }, (_, index) => `${index}`)
  const work = eachFrame({ images, files: files(...names), progress: progress(), save, onSaved })
  await vi.waitFor(() => expect(begun).toEqual(names.slice(0, 8)))
  end('2')
  end('0')
  await vi.waitFor(() => expect(begun).toEqual(names))
  for (const name of names) end(name)
  expect((await work).map(({ basename }) => basename)).toEqual(names)
  expect(shown.slice(0, 2)).toEqual([['2'], ['0', '2']])
  expect(shown.at(-1)).toEqual(names)
  expect(open.size).toBe(0)
})

test.each([
  ['4096', 4096, 2],
  ['16384', 16_384, 1],
])('of images of %s pixels on each side few are worked on at once', async (_, width, most) => {
  const { images, open } = imagesOf(width)
  const { begun, save, end } = saving()
  const names = ['a', 'b', 'c', 'd', 'e']
  const work = eachFrame({ images, files: files(...names), progress: progress(), save, onSaved: async () => {} })
  for (const [index, name] of names.entries()) {
    await vi.waitFor(() => expect(begun).toEqual(names.slice(0, index + most)))
    // One more is open, and waits for its turn.
    await vi.waitFor(() => expect([...open]).toEqual(names.slice(index, index + most + 1)))
    end(name)
  }
  expect(await work).toHaveLength(5)
})

test('what fails ends it, when the others that are under way have ended', async () => {
  const { images, open } = imagesOf(100)
  const { begun, save, end } = saving()
  const work = eachFrame({ images, files: files('a', 'b'), progress: progress(), save, onSaved: async () => {} })
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']))
  end('b', new Error('no values'))
  await vi.waitFor(() => expect([...open]).toEqual(['a']))
  end('a')
  await expect(work).rejects.toThrow('no values')
  expect(open.size).toBe(0)
})
