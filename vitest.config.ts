import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// With the custom condition, packages import each other's sources: no test needs a build, and none can pass on a stale one.
const conditions = ['@datalab/source', 'node', 'development|production']

/** What real processes and servers do takes a time, and tells less on a busy machine: these have it to themselves, after the others. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 1 } }
const together = { maxWorkers: Math.max(2, availableParallelism() - 1), sequence: { groupOrder: 0 } }
const WITH_SERVERS = ['executor-bullmq', 'local', 'storage-s3']

const unit = readdirSync('packages').map((name) => ({
  extends: true as const,
  root: `packages/${name}`,
  test: { name, include: ['test/**/*.test.ts'], ...(WITH_SERVERS.includes(name) ? alone : together) },
}))

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    // A machine that does other work besides must not make a test fail.
    testTimeout: 20_000,
    projects: [
      ...unit,
      {
        extends: true,
        test: { name: 'workspace', include: ['test/**/*.test.ts', 'bench/test/*.test.mjs'], ...alone },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          ...alone,
          typecheck: {
            enabled: true,
            only: true,
            tsconfig: './tsconfig.json',
            include: ['packages/*/test/**/*.test-d.ts'],
          },
        },
      },
    ],
  },
})
