import { defineConfig } from 'vitest/config';

const setupFiles = ['./test/setup/fail-on-console.ts'];
// What needs the package as it is published: built, packed, and installed in a folder of its own.
const packaged = ['test/package/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/setup/summary-reporter.ts'],
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'source', include: ['test/**/*.test.ts'], exclude: packaged, setupFiles },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: packaged,
          setupFiles,
          globalSetup: './test/setup/install-package.ts',
        },
      },
    ],
  },
});
