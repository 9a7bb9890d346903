import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { publicNames } from '../../scripts/public-names.mjs';
import { entryPoints } from './entry-points.js';
import { runProgram } from './run-program.js';

describe('the public surface', () => {
  // Run `npx vitest run test/package -u` after a change that is meant, and review the difference.
  it('is the list in exports.txt', async () => {
    const declared = publicNames(join(inject('consumer'), 'node_modules/weex-resilience/dist'));
    const lines = entryPoints.flatMap(({ specifier, needsOptionalPeers }) => {
      const consumer = inject(needsOptionalPeers ? 'consumerWithPeers' : 'consumer');
      const values = namesOf(consumer, specifier);
      const all = declared.get(specifier) ?? new Map<string, string>();
      const types = [...all.keys()].filter((name) => all.get(name) === 'type').toSorted();
      expect([...all.keys()].filter((name) => all.get(name) === 'value').toSorted()).toEqual(values);
      return [specifier, ...values.map((name) => `  ${name}`), ...types.map((name) => `  type ${name}`), ''];
    });
    await expect(lines.join('\n')).toMatchFileSnapshot('exports.txt');
  });

  it('has no default export', () => {
    for (const { specifier } of entryPoints)
      expect(namesOf(inject('consumerWithPeers'), specifier)).not.toContain('default');
  });

  it('includes package.json, and no file behind the entry points', () => {
    const program = (specifier: string) => `
      import { createRequire } from 'node:module';
      const require = createRequire(process.cwd() + '/file.cjs');
      try { console.log(JSON.stringify(require('${specifier}').version)); }
      catch (error) { console.log(JSON.stringify(error.code)); }`;
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const consumer = inject('consumer');
    expect(runProgram(consumer, program('weex-resilience/package.json'))).toBe(version);
    expect(runProgram(consumer, program('weex-resilience/dist/index.js'))).toBe(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });
});

const root = new URL('../..', import.meta.url).pathname;

function namesOf(consumer: string, specifier: string): string[] {
  const program = `import * as all from '${specifier}'; console.log(JSON.stringify(Object.keys(all)));`;
  return (runProgram(consumer, program) as string[]).toSorted();
}
