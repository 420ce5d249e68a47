import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one line that a program can read: `N passed, N failed`, and how many were skipped. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
      // A file that could not even be loaded has no tests to fail.
      if (module.errors().length > 0) counts.failed += 1;
    }
    const failed = counts.failed + unhandledErrors.length;
    const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
    process.stdout.write(`\n${counts.passed} passed, ${failed} failed${skipped}\n`);
  }
}
