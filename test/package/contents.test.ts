import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

describe('the tarball', () => {
  it('contains the build, the licence and the README, and nothing else', () => {
    const folders = new Set(files().map((file) => file.split('/', 1).join('')));
    expect([...folders].toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    expect(files().filter((file) => /\.(test|bench)\.|\.tsbuildinfo$/.test(file))).toEqual([]);
  });

  it('has a build for every source file, and no build without a source', () => {
    const stems = (all: readonly string[], folder: string, end: string) =>
      all
        .filter((file) => file.startsWith(`${folder}/`) && file.endsWith(end))
        .map((file) => file.slice(folder.length + 1, -end.length))
        .toSorted();
    const sources = stems(filesIn(root, 'src'), 'src', '.ts');
    expect(stems(files(), 'dist', '.js')).toEqual(sources);
    // Of what no entry point leads to nobody can use the types.
    const declarations = stems(files(), 'dist', '.d.ts');
    expect(sources).toEqual(expect.arrayContaining(declarations));
    expect(declarations).toContain('policies/create-policy');
    expect(declarations).not.toContain('policies/execution/execution');
  });

  it('is not larger than before', () => {
    const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: own(),
      encoding: 'utf8',
    });
    const [{ size } = { size: Infinity }] = JSON.parse(packed.stdout) as { size: number }[];
    expect(size).toBeLessThan(630_000);
  });

  it('contains no source maps, which would need their sources', () => {
    expect(files().filter((file) => file.endsWith('.map'))).toEqual([]);
  });

  it('keeps what editors show in the declarations, and no comment twice', () => {
    const read = (file: string) => readFileSync(join(own(), file), 'utf8');
    expect(read('dist/policies/create-policy.d.ts')).toContain('Creates a standalone policy');
    expect(read('dist/policies/create-policy.js')).not.toContain('Creates a standalone policy');
  });
});

describe('typesVersions, for compilers that do not read exports', () => {
  it('points every entry point to the same declarations as exports', () => {
    const { exports, typesVersions } = JSON.parse(readFileSync(join(own(), 'package.json'), 'utf8')) as {
      exports: Record<string, { default: { types: string } }>;
      typesVersions: { '*': Record<string, [string]> };
    };
    const rows = typesVersions['*'];
    const subpaths = Object.entries(exports).filter(
      ([subpath]) => !['.', './package.json'].includes(subpath),
    );
    for (const [subpath, { default: entry }] of subpaths) {
      const { types } = entry;
      const name = subpath.slice(2);
      expect((rows[name] ?? rows['*'])?.[0].replace('*', name), subpath).toBe(types);
    }
  });
});

describe('the lock file', () => {
  it('names no registry, so that an install uses the one configured on the machine', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved"/);
    expect(lock).not.toMatch(/https?:\/\/[^"]*\.tgz/);
    expect(existsSync(join(root, '.npmrc'))).toBe(false);
  });

  // `node scripts/complete-lockfile.mjs` adds what this finds.
  it('contains the binary packages of every platform, without which npm ci rejects it', () => {
    const check = [join(root, 'scripts/complete-lockfile.mjs'), '--check'];
    expect(spawnSync(process.execPath, check, { encoding: 'utf8' }).stderr).toBe('');
  });
});

function own(): string {
  return join(inject('consumer'), 'node_modules/weex-resilience');
}

function files(): string[] {
  return filesIn(own());
}

function filesIn(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/$/, '').length + 1));
}
