import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// With the custom condition, packages import each other's sources: no test needs a build, and none can pass on a stale one.
const conditions = ['@datalab/source', 'node', 'development|production']

const unit = readdirSync('packages').map((name) => ({
  extends: true as const,
  root: `packages/${name}`,
  test: { name, include: ['test/**/*.test.ts'] },
}))

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    // A machine that does other work besides must not make a test fail.
    testTimeout: 20_000,
    projects: [
      ...unit,
      { extends: true, test: { name: 'workspace', include: ['test/**/*.test.ts', 'bench/test/*.test.mjs'] } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
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
