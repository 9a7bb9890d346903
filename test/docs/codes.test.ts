import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codesPage } from '../../src/cli/codes-page.js';

it('docs/codes.md matches the tables', () => {
  // After a change of a table: npm run build && node scripts/make-code-docs.mjs
  expect(readFileSync(new URL('../../docs/codes.md', import.meta.url), 'utf8')).toBe(codesPage());
});
