import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

describe('the examples of the documentation', () => {
  it('compile, and those marked to run print what they promise', () => {
    expect(check()).toEqual({ status: 0, stderr: '' });
  });
});

describe('the check of examples', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'examples-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds what does not compile, fails, or prints something else, with its line', () => {
    const file = join(folder, 'page.md');
    const fences = [
      ['ts', `import { WEEXError } from 'weex-resilience';`, 'new WEEXError(42);'],
      ['ts', `import { nothing } from 'weex-resilience';`, 'nothing;'],
      ['ts run', `throw new Error('on purpose');`],
      ['ts run', 'console.log(1 + 1); // 3'],
      ['ts run', 'console.log(1 + 1); // 2'],
      ['text', 'not a program'],
    ];
    const page = fences.map(([language, ...code]) => [`\`\`\`${language}`, ...code, '```', ''].join('\n'));
    writeFileSync(file, page.join('\n'));
    const { status, stderr } = check(file);
    expect(status).toBe(1);
    expect(stderr).toContain(`${file}(3,15): error TS2345`);
    expect(stderr).toContain(`${file}(7,10): error TS2305`);
    expect(stderr).toContain(`${file}:12: ended with 1`);
    expect(stderr).toContain(`${file}:16: prints\n2\ninstead of\n3`);
    expect(stderr.split(file)).toHaveLength(5);
  });

  it('reads doc comments, and no other fence of a source file', () => {
    const file = join(folder, 'source.ts');
    const faulty = ['```ts', 'const wrong: string = 42;', '```'];
    writeFileSync(
      file,
      ['const text = `', ...faulty, '`;', '/**', ...faulty.map((line) => ` * ${line}`), ' */'].join('\n'),
    );
    const { stderr } = check(file);
    expect(stderr.trim()).toBe(
      `${file}(8,7): error TS2322: Type 'number' is not assignable to type 'string'.`,
    );
  });
});

function check(...files: string[]): { status: number | null; stderr: string } {
  const script = join(root, 'scripts/check-examples.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, ...files], { encoding: 'utf8' });
  return { status, stderr };
}
