import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The built page in a real browser: a project of its own, since it builds first and takes its time. */
export default defineConfig({
  test: {
    name: 'browser',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/build-site.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One browser at a time: screenshots and timings must not depend on a neighbour.
    fileParallelism: false,
  },
})
