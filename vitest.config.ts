import { defineConfig } from 'vitest/config';

const setupFiles = ['./test/setup/fail-on-console.ts'];
// What needs the package as it is published: built, packed, and installed in a folder of its own.
const packaged = ['test/package/**/*.test.ts'];

const nestjs = process.env['NESTJS_PACKAGES'];

// Tests run the sources, also where they share code with bench/ that imports the package by its name.
const alias = [
  { find: /^weex-resilience$/, replacement: new URL('src/index.ts', import.meta.url).pathname },
  {
    find: /^weex-resilience\/journal$/,
    replacement: new URL('src/orders/open-intent-journal.ts', import.meta.url).pathname,
  },
  // Another version of NestJS, where scripts/test-nestjs.mjs has put one.
  ...(nestjs === undefined ? [] : [{ find: /^(@nestjs\/[\w.-]+|rxjs)$/, replacement: `${nestjs}/$1` }]),
  { find: /^weex-resilience\/(\w+)$/, replacement: new URL('src/$1/index.ts', import.meta.url).pathname },
];

export default defineConfig({
  resolve: { alias },
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
