import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/browser/**'],
    testTimeout: 30_000,
    // Two cores: more workers than that only make the machine thrash.
    maxWorkers: 2,
  },
})
