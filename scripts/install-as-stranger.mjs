// Packs the package, installs the tarball with npm in an empty project, as a user would, and loads every entry
// point that needs no optional peer, both ways.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {{ name: string, exports: Record<string, unknown>, peerDependencies?: Record<string, string>,
 *   peerDependenciesMeta?: Record<string, { optional?: boolean }> }} Manifest
 */
const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync('package.json', 'utf8')));
const { name, exports, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
const needed = Object.entries(peerDependencies).filter(([peer]) => !peerDependenciesMeta[peer]?.optional);
const needsOptionalPeer = new Set(['./nestjs', './redis', './otel']);
const entries = Object.keys(exports)
  .filter((subpath) => !needsOptionalPeer.has(subpath) && !subpath.endsWith('.json'))
  .map((subpath) => name + subpath.slice(1));

const folder = mkdtempSync(join(tmpdir(), 'stranger-'));
try {
  run('.', 'npm', 'pack', '--silent', '--pack-destination', folder);
  const [tarball = ''] = run(folder, 'ls').trim().split('\n');
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run(folder, 'npm', 'install', '--silent', `./${tarball}`, ...needed.map((peer) => peer.join('@')));
  for (const entry of entries) {
    const program = `
      const imported = await import('${entry}');
      const required = (await import('node:module')).createRequire(import.meta.url)('${entry}');
      const names = Object.keys(imported);
      for (const name of names) if (imported[name] !== required[name]) throw new Error(name + ' exists twice');
      console.log('${entry}: ' + names.length + ' names, the same by import and by require()');`;
    console.log(run(folder, process.execPath, '--input-type=module', '--eval', program).trim());
  }
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 */
function run(cwd, command, ...args) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
