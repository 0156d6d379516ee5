import { defineConfig } from 'tsup'

/** The build every package shares; declarations come from `scripts/build.mjs`, once for all packages. */
export const build = (entry: Record<string, string>) =>
  defineConfig({
    entry,
    format: ['esm'],
    target: 'node20.19',
    platform: 'node',
    dts: false,
    sourcemap: true,
    clean: true,
    splitting: true,
    silent: true,
  })
