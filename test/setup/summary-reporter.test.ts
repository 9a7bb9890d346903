import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const passing = `it('passes', () => {});`;
const faults = {
  'a failing test': `it('fails', () => { throw new Error('x'); });`,
  'a file that cannot be loaded': `throw new Error('x');`,
  'a hook before its tests': `describe('d', () => { beforeAll(() => { throw new Error('x'); }); ${passing} });`,
  'a hook after its tests': `describe('d', () => { afterAll(() => { throw new Error('x'); }); ${passing} });`,
  'a rejection that nobody handles': `it('passes', async () => {
    Promise.reject(new Error('x'));
    await new Promise((resolve) => setImmediate(resolve));
  });`,
  'a line on the console': `it('prints', () => { console.log('x'); });`,
};

let folder: string;
beforeEach(() => {
  // Inside the repository, so that the programs find vitest.
  mkdirSync(join(root, 'build'), { recursive: true });
  folder = mkdtempSync(join(root, 'build/reporter-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the closing line and the exit status of a run', () => {
  it('count what passed and what was skipped', () => {
    const skipped = `it.skipIf(true)('is skipped', () => {});`;
    expect(run([passing + passing, passing + skipped])).toEqual(['3 passed, 0 failed, 1 skipped', 0]);
  });

  it('count every kind of fault once', () => {
    // The test behind the hook that throws is skipped; the one before the other hook and the one that leaves the
    // rejection behind pass.
    const closing = `2 passed, ${Object.keys(faults).length} failed, 1 skipped`;
    expect(run(Object.values(faults))).toEqual([closing, 1]);
  });

  it('count a run without a test as failed', () => {
    expect(run([])).toEqual(['0 passed, 1 failed', 1]);
  });
});

function run(programs: readonly string[]): [closing: string | undefined, status: number | null] {
  for (const [index, program] of programs.entries()) {
    const imports = `import { afterAll, beforeAll, describe, it } from 'vitest';`;
    writeFileSync(join(folder, `${index}.test.ts`), `${imports}\n${program}`);
  }
  const setup = (file: string) => JSON.stringify(join(root, 'test/setup', file));
  const config = `export default { test: {
    include: ['*.test.ts'], reporters: [${setup('summary-reporter.ts')}], setupFiles: [${setup('fail-on-console.ts')}],
  } };`;
  writeFileSync(join(folder, 'vitest.config.mjs'), config);
  const vitest = join(root, 'node_modules/.bin/vitest');
  const { status, stdout } = spawnSync(vitest, ['run', '--root', folder], { cwd: folder, encoding: 'utf8' });
  return [stdout.trimEnd().split('\n').at(-1), status];
}
