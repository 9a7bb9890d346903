import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with the one line that says what happened: `N passed, N failed`. */
class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      // A file that does not load and a hook that throws have no test to fail.
      for (const group of [module, ...module.children.allSuites()])
        if (group.errors().length > 0) count.failed += 1;
    }
    const skipped = count.skipped + count.pending;
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    process.on('exit', (status) => {
      // Whatever else made the run fail, such as a filter that matches no test, is one failure.
      const failed = status === 0 ? count.failed : Math.max(1, count.failed);
      console.log(`${count.passed} passed, ${failed} failed${tail}`);
    });
  }
}

// Vitest loads a reporter by its default export.
export default SummaryReporter;
