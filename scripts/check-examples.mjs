// Compiles every ```ts fence of the Markdown files and of the doc comments in src against the built package, with
// the strictest settings, and runs those marked ```ts run. In these, a comment after `console.log(…);` is the
// expected output. Without arguments it checks everything, otherwise the named files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { documented, examplesOf } from './read-examples.mjs';

/** @typedef {import('./read-examples.mjs').Example} Example */

const root = join(import.meta.dirname, '..');
const files = process.argv.length > 2 ? process.argv.slice(2) : documented();
const examples = files.flatMap((file) => examplesOf(file, readFileSync(resolve(root, file), 'utf8')));

mkdirSync(join(root, 'build'), { recursive: true });
// Inside the repository, where the package resolves itself by its own name. The compiler skips names with a dot.
const folder = mkdtempSync(join(root, 'build/examples-of-docs-'));
try {
  const faults = [...compile(examples), ...examples.filter((example) => example.runs).flatMap(run)];
  for (const fault of faults) console.error(fault);
  const ran = examples.filter((example) => example.runs).length;
  console.log(
    `${examples.length} examples in ${files.length} files compiled, ${ran} run, ${faults.length} faults`,
  );
  if (faults.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {Example} example */
function nameOf({ file, line }) {
  return `${file.replaceAll(/[^\w]+/g, '-')}-${line}`;
}

/**
 * @param {readonly Example[]} all
 * @returns {string[]}
 */
function compile(all) {
  // Empty lines above the code keep the compiler's line numbers equal to those of the document.
  for (const example of all)
    writeFileSync(join(folder, `${nameOf(example)}.ts`), '\n'.repeat(example.line - 1) + example.code);
  const compilerOptions = {
    noEmit: false,
    outDir: 'out',
    rootDir: '.',
    allowJs: false,
    checkJs: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: {},
  };
  const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  const places = new Map(all.map((example) => [`${nameOf(example)}.ts`, example.file]));
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [path = '', name = ''] = /^.*?([\w-]+\.ts)(?=\()/.exec(line) ?? [];
      return (places.get(name) ?? path) + line.slice(path.length);
    });
}

/**
 * @param {Example} example
 * @returns {string[]}
 */
function run(example) {
  const script = join(folder, 'out', `${nameOf(example)}.js`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  const place = `${example.file}:${example.line}`;
  if (status !== 0) return [`${place}: ended with ${status}: ${stderr}`];
  const promised = [...example.code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
    ([, comment]) => comment,
  );
  const printed = stdout.trimEnd().split('\n');
  if (promised.length === 0 || promised.join('\n') === printed.join('\n')) return [];
  return [`${place}: prints\n${printed.join('\n')}\ninstead of\n${promised.join('\n')}`];
}
