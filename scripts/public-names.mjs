// node scripts/public-names.mjs [dist]: the public names of each entry point, types included, and how many there are.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** @typedef {string | { default: { types: string } }} Target */

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The names that each subpath of the package exports, with whether each is a type alone.
 *
 * @param {string} dist
 * @returns {Map<string, Map<string, 'type' | 'value'>>}
 */
export function publicNames(dist) {
  const { name, exports } = /** @type {{ name: string, exports: Record<string, Target> }} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  );
  return new Map(
    Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'string'
        ? []
        : [[name + subpath.slice(1), namesOf(join(dist, target.default.types.replace('./dist/', '')))]],
    ),
  );
}

/**
 * @param {string} file
 * @returns {Map<string, 'type' | 'value'>}
 */
function namesOf(file) {
  const text = readFileSync(file, 'utf8');
  /** @type {Map<string, 'type' | 'value'>} */
  const names = new Map();
  for (const [, type, list = ''] of text.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const item of list
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)) {
      const name = /(\w+)$/.exec(item)?.[1] ?? item;
      names.set(name, type || item.startsWith('type ') ? 'type' : 'value');
    }
  }
  for (const [, kind, name = ''] of text.matchAll(
    /^export (?:declare )?(?:abstract )?(interface|type|class|const|function) (\w+)/gm,
  )) {
    names.set(name, kind === 'interface' || kind === 'type' ? 'type' : 'value');
  }
  for (const [, type, from = ''] of text.matchAll(/^export (type )?\* from '([^']*)'/gm)) {
    const inner = namesOf(join(dirname(file), from.replace(/\.js$/, '.d.ts')));
    for (const [name, kind] of inner) names.set(name, type ? 'type' : kind);
  }
  return names;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const [subpath, names] of publicNames(resolve(argv[2] ?? join(root, 'dist')))) {
    const sorted = [...names].toSorted(([left], [right]) => (left < right ? -1 : 1));
    const types = sorted.filter(([, kind]) => kind === 'type').length;
    console.log(`${subpath}: ${names.size} (${names.size - types} values, ${types} types)`);
    if (argv.includes('--names'))
      for (const [name, kind] of sorted) console.log(`  ${kind === 'type' ? 'type ' : ''}${name}`);
  }
}
