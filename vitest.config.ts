import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/browser/**'],
    // The page loads some of the cluster's code late; tests have all of it from the start.
    setupFiles: ['src/sim/late-parts.ts'],
    testTimeout: 30_000,
    // Two cores: more workers than that only make the machine thrash.
    maxWorkers: 2,
    // One worker keeps the cluster's code from file to file: loading and compiling it anew for each took three quarters of the time.
    isolate: false,
  },
})
