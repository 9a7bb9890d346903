import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { entryPoints } from './entry-points.js';

const root = new URL('../..', import.meta.url).pathname;

// Would compile with errors if a type were missing or any.
const typed = `
  import { isWEEXError, WEEXError, WEEXRateLimitError } from 'weex-resilience';
  export function wait(error: unknown): number | undefined {
    if (!isWEEXError(error)) return undefined;
    // @ts-expect-error: a WEEXError has no such field
    error.nonsense;
    return error.retryAfterMs;
  }
  export const name: 'WEEXRateLimitError' = new WEEXRateLimitError('slow down', { retryAfter: 2 }).name;
  // @ts-expect-error: a message is a string
  new WEEXError(42);`;

describe('a strict TypeScript program with library checks compiles', () => {
  const withoutPeers = entryPoints.filter(({ needsOptionalPeers }) => !needsOptionalPeers);

  it.each([
    ['esm', 'an ES module under nodenext', 'program.mts', { module: 'nodenext' }],
    ['cjs', 'a CommonJS module under nodenext', 'program.cts', { module: 'nodenext' }],
    ['cjs20', 'a CommonJS module under node20', 'program.cts', { module: 'node20' }],
    ['bundler', 'under bundler resolution', 'program.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('%s: %s, without the optional peers', (name, _, file, options) => {
    const program = importing(withoutPeers) + typed;
    expect(compile(join(inject('consumer'), name), file, program, options)).toBe('');
  });

  it('against every entry point, with the optional peers', () => {
    const folder = join(inject('consumerWithPeers'), 'esm');
    expect(compile(folder, 'program.mts', importing(entryPoints), { module: 'nodenext' })).toBe('');
  });
});

function importing(entries: typeof entryPoints): string {
  const imports = entries.map(({ specifier }, index) => `import * as entry${index} from '${specifier}';\n`);
  return `${imports.join('')}export const all: object[] = [${entries.map((_, index) => `entry${index}`).join(', ')}];\n`;
}

/** What the compiler says about a program. */
function compile(
  folder: string,
  file: string,
  program: string,
  options: Readonly<Record<string, string>>,
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), program);
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
  };
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    noEmit: true,
    ...strict,
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  return stdout;
}
