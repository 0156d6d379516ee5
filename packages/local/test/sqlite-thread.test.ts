import { expect, it } from 'vitest'
import { threadModule } from './thread-bundle.js'

it('runs what its sources say', async () => {
  await expect(await threadModule()).toMatchFileSnapshot('../src/sqlite-thread.gen.ts')
})
