import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// Which rooms a room may import. Everything that is not named here is forbidden.
const below = ['core', 'decorators', 'errors', 'http', 'observability', 'orders', 'policies'];
const directions: Record<string, readonly string[]> = {
  core: [],
  errors: [],
  http: ['core', 'errors', 'observability'],
  observability: ['core', 'errors'],
  policies: ['core', 'errors', 'observability'],
  orders: ['core', 'errors', 'observability', 'policies'],
  decorators: ['core', 'errors', 'observability', 'orders', 'policies'],
  client: below,
  nestjs: below,
  redis: below,
  otel: below,
  testing: below,
  drawing: [],
  dashboard: [...below, 'drawing'],
  cli: ['client', ...below, 'testing', 'dashboard', 'drawing'],
};
// Which rooms may import the values of a package; every room may import its types.
const packages: Record<string, readonly string[]> = {
  cockatiel: ['policies'],
  axios: ['client', 'http'],
  '@nestjs/common': ['nestjs'],
  ioredis: ['redis'],
  'rate-limiter-flexible': ['redis'],
  '@opentelemetry/api': ['otel'],
};
const rooms = Object.keys(directions);
const repository = new URL('../..', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'directions-'));
  cpSync(join(repository, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the lint of import directions', () => {
  it('knows every folder of src', () => {
    const folders = readdirSync(join(repository, 'src'), { withFileTypes: true }).filter((e) =>
      e.isDirectory(),
    );
    expect(rooms).toEqual(expect.arrayContaining(folders.map((entry) => entry.name)));
  });

  it('reports every import of a folder that is not below, and no other', () => {
    for (const room of rooms) {
      const imports = rooms
        .filter((other) => other !== room)
        .flatMap((other) => [`'../${other}/thing.js'`, `'../../${other}/deep/thing.js'`]);
      write(`src/${room}/from.ts`, imports);
    }
    const allowed = rooms.flatMap((room) => (directions[room] ?? []).map((other) => `${room} → ${other}`));
    const all = rooms.flatMap((room) => rooms.filter((r) => r !== room).map((other) => `${room} → ${other}`));
    const found = lint().map(
      ({ file, specifier }) => `${file.split('/')[1]} → ${specifier.match(/\w+/)?.[0]}`,
    );
    expect([...new Set(found)].toSorted()).toEqual(all.filter((pair) => !allowed.includes(pair)).toSorted());
    expect(found).toHaveLength(2 * new Set(found).size);
  });

  it('reports every import of a package outside its folder, but allows types', () => {
    for (const room of rooms) {
      write(
        `src/${room}/from.ts`,
        Object.keys(packages).map((name) => `'${name}'`),
      );
      write(
        `src/${room}/types.ts`,
        Object.keys(packages).map((name) => `'${name}'`),
        'import type',
      );
    }
    const expected = rooms.flatMap((room) =>
      Object.keys(packages)
        .filter((name) => !packages[name]?.includes(room))
        .map((name) => `src/${room}/from.ts ${name}`),
    );
    expect(
      lint()
        .map(({ file, specifier }) => `${file} ${specifier}`)
        .toSorted(),
    ).toEqual(expected.toSorted());
  });

  it('keeps the folders of subpaths out of the main entry', () => {
    write(
      'src/index.ts',
      rooms.map((room) => `'./${room}/thing.js'`),
    );
    const found = lint().map(({ specifier }) => specifier.split('/')[1] ?? specifier);
    expect(found.toSorted()).toEqual(rooms.filter((room) => !below.includes(room)).toSorted());
  });

  it('reports a cycle and a floating promise', () => {
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "types": [] } }');
    write('src/errors/one.ts', [`'./two.js'`]);
    write('src/errors/two.ts', [`'./one.js'`]);
    writeFileSync(
      join(folder, 'src/errors/three.ts'),
      'export function f(): void {\n  Promise.resolve(1);\n}\n',
    );
    const rules = report('--type-aware').map(({ code }) => code);
    expect(rules).toEqual(expect.arrayContaining(['import(no-cycle)', 'typescript(no-floating-promises)']));
  });
});

function write(file: string, specifiers: readonly string[], keyword = 'import'): void {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  const names = specifiers.map((_, index) => `x${index}`);
  const imports = specifiers.map((specifier, index) => `${keyword} { x${index} } from ${specifier};`);
  const uses =
    keyword === 'import'
      ? `export const all = [${names.join(', ')}];`
      : `export type { ${names.join(', ')} };`;
  writeFileSync(join(folder, file), [...imports, uses, ''].join('\n'));
}

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly filename: string;
}

function lint(): { file: string; specifier: string }[] {
  return report()
    .filter(({ code }) => code === 'eslint(no-restricted-imports)')
    .map(({ filename, message }) => ({ file: filename, specifier: message.split("'")[1] ?? message }));
}

function report(...options: string[]): Diagnostic[] {
  const oxlint = join(repository, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(oxlint, ['--format=json', ...options], { cwd: folder, encoding: 'utf8' });
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}
