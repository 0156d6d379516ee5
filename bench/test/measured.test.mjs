import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { canMeasure } from '../contest/launcher.mjs'

if (!canMeasure()) console.warn('measured.test.mjs is skipped: it needs python3 or GNU time, to measure processes.')

test.skipIf(!canMeasure())('who is told to end leaves neither files nor programs behind', async () => {
  const program = fileURLToPath(new URL('fixtures/measuring.mjs', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  const folder = line.trim()
  await until(() => existsSync(join(folder, 'number')))
  const number = Number(readFileSync(join(folder, 'number'), 'utf8'))
  expect(isAlive(number)).toBe(true)
  child.kill('SIGTERM')
  expect(await exit).toEqual([143, null])
  expect(existsSync(folder)).toBe(false)
  await until(() => !isAlive(number))
})

async function until(condition) {
  while (!condition()) await setTimeout(5)
}

function isAlive(number) {
  try {
    return process.kill(number, 0)
  } catch {
    return false
  }
}
