import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/setup/summary-reporter.ts'],
    setupFiles: ['./test/setup/fail-on-console.ts'],
    testTimeout: 60_000,
  },
});
