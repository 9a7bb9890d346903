// Writes docs/codes.md from the tables of the built package; a test fails if the page is out of date.
import { writeFileSync } from 'node:fs';
import { codesPage } from '../dist/cli/codes-page.js';

writeFileSync(new URL('../docs/codes.md', import.meta.url), codesPage());
