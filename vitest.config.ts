import { defineConfig } from 'vitest/config';
import { FILES_ALONE, FOLDERS_TOGETHER } from './test/support/test-files.js';

/** Each kind of test has its folder under test/; `npm test` runs them all, whole programs before small things. */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    // What hangs is ended; how long a test takes on a busy machine says nothing.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
    // Projects start in the order of their names. Slow files last would leave a core idle for minutes.
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/*.test.ts', `test/!(${FOLDERS_TOGETHER.join('|')})/**/*.test.ts`, ...FILES_ALONE],
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: FOLDERS_TOGETHER.map((folder) => `test/${folder}/**/*.test.ts`),
          exclude: FILES_ALONE,
          isolate: false,
        },
      },
    ],
  },
});
