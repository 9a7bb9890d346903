import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

describe('the tarball', () => {
  it('holds the build, the sources its maps point to, the licence and the README, and nothing else', () => {
    const folders = new Set(files().map((file) => file.split('/', 1).join('')));
    expect([...folders].toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', 'src']);
    expect(files().filter((file) => /\.(test|bench)\.|\.tsbuildinfo$/.test(file))).toEqual([]);
  });

  it('has for every source file its build, and no build without a source', () => {
    const stems = (folder: string, end: string) =>
      files()
        .filter((file) => file.startsWith(`${folder}/`) && file.endsWith(end))
        .map((file) => file.slice(folder.length + 1, -end.length))
        .toSorted();
    const sources = stems('src', '.ts');
    expect(stems('dist', '.js')).toEqual(sources);
    expect(stems('dist', '.d.ts')).toEqual(sources);
  });

  it('has maps whose sources are there', () => {
    const maps = files().filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(0);
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(own(), map), 'utf8')) as { sources: string[] };
      for (const source of sources) expect(existsSync(resolve(own(), dirname(map), source)), map).toBe(true);
    }
  });
});

describe('the lock file', () => {
  it('names no registry, so that an install asks the one that the machine has', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved"/);
    expect(lock).not.toMatch(/https?:\/\/[^"]*\.tgz/);
    expect(existsSync(join(root, '.npmrc'))).toBe(false);
  });

  // `node scripts/complete-lockfile.mjs` adds what this finds.
  it('holds the binary packages of every platform, without which npm ci refuses it', () => {
    const check = [join(root, 'scripts/complete-lockfile.mjs'), '--check'];
    expect(spawnSync(process.execPath, check, { encoding: 'utf8' }).stderr).toBe('');
  });
});

function own(): string {
  return join(inject('consumer'), 'node_modules/weex-resilience');
}

function files(): string[] {
  return readdirSync(own(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(own().length + 1));
}
