import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// What a folder of the policies may import: those further down.
const fromTop = [
  '.',
  'execution',
  'fallback',
  'foreign',
  'admission',
  'retry',
  'rate-limit',
  'circuit-breaker',
  'events',
  'rules',
  'options',
];
const policies = new URL('../../src/policies/', import.meta.url);

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function imports(): Import[] {
  const files = readdirSync(policies, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const source = readFileSync(new URL(file, policies), 'utf8');
    const targets = [...source.matchAll(/from '(\.[^']*)'/g)].map(
      ([, specifier = '']) => new URL(specifier, new URL(file, policies)).href,
    );
    return targets
      .filter((target) => target.startsWith(policies.href))
      .map((target) => ({ file, from: folderOf(file), to: folderOf(target.slice(policies.href.length)) }));
  });
}

function folderOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '.') : '.';
}

describe('the folders of the policies', () => {
  it('import only from lower folders', () => {
    const all = imports();
    expect([...new Set(all.map(({ from }) => from))].toSorted()).toEqual(fromTop.toSorted());
    const upward = all.filter(({ from, to }) => fromTop.indexOf(to) < fromTop.indexOf(from));
    expect(upward).toEqual([]);
  });
});
