import { defineConfig } from 'vitest/config';

/** Each kind of test has its folder under test/; `npm test` runs them all, the slow ones after the fast ones. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    // What hangs is ended; how long a test takes on a busy machine says nothing.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
