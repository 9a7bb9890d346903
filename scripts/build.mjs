// Turns the compiler's output in dist into what is published: ES modules with their declarations, and in dist/cjs
// the same once more for programs that can only use require(), such as Jest. The reasons are in docs/decisions.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build, transform } from 'esbuild';

const target = 'node20.19';
// Node prints the whole line of an uncaught error before its message.
const lineLimit = 400;
/**
 * @typedef {{ exports: Record<string, string | { default: { types: string } }>, dependencies: Record<string, string>,
 *   peerDependencies: Record<string, string> }} Manifest
 */
const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync('package.json', 'utf8')));
const entries = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'string' ? [] : [entry.default.types.replace('./', '').replace(/\.d\.ts$/, '.js')],
);

dropUnreachableDeclarations();
await takeInDrawing();
await makeCommonJs();
for (const file of filesOf('dist', '.js')) {
  const source = readFileSync(file, 'utf8');
  // Minifying white space would remove the marks that let a bundler drop an unused call.
  const minifyWhitespace = !source.includes('@__PURE__');
  const { code } = await transform(source, {
    minifySyntax: true,
    minifyWhitespace,
    lineLimit,
    target,
    tsconfigRaw: {},
  });
  writeFileSync(file, code);
}

/** Declarations that no entry point reaches are only used by the scripts that write the docs. */
function dropUnreachableDeclarations() {
  /** @type {Set<string>} */
  const reached = new Set();
  const ofScripts = [
    'cli/codes-page',
    'client/client-policies',
    'client/contract-endpoints',
    'client/spot-endpoints',
  ];
  const queue = [
    ...entries.map((entry) => entry.replace(/\.js$/, '.d.ts')),
    ...ofScripts.map((name) => `dist/${name}.d.ts`),
  ];
  for (const file of queue) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:from |import\()['"](\.[^'"]+)\.js['"]/g,
    )) {
      queue.push(`${relative('.', resolve(dirname(file), path))}.d.ts`);
    }
  }
  for (const file of filesOf('dist', '.d.ts')) if (!reached.has(file)) rmSync(file);
}

/** Only a few functions of d3 are used; they are bundled into the file that imports them. */
async function takeInDrawing() {
  const file = 'dist/drawing/d3.js';
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    target,
    logLevel: 'warning',
  });
  copyFileSync('node_modules/d3-array/LICENSE', 'dist/drawing/LICENSE-d3-array');
}

/** The parts that entry points share become chunks, so that each class exists once. */
async function makeCommonJs() {
  const { outputFiles } = await build({
    entryPoints: entries,
    outdir: 'dist/cjs',
    outbase: 'dist',
    outExtension: { '.js': '.cjs' },
    chunkNames: 'chunks/[hash]',
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target,
    // cockatiel is ES modules only; the parts in use are bundled, together with its licence.
    external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      .filter((name) => name !== 'cockatiel')
      .flatMap((name) => [name, `${name}/*`]),
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      // Names stay, for stack traces.
      minifyWhitespace: true,
      minifySyntax: true,
      lineLimit,
      format: 'cjs',
      platform: 'node',
      target,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': 'importMetaUrl' },
      tsconfigRaw: {},
    });
    const url = 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;';
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      code.includes('importMetaUrl') ? code.replace(/^("use strict";)?/, `$1${url}`) : code,
    );
  }
  for (const entry of entries) {
    const name = entry.replace(/^dist\//, '').replace(/\.js$/, '');
    const up = '../'.repeat(name.split('/').length);
    const file = `dist/cjs/${name}`;
    writeFileSync(`${file}.mjs`, `export * from './${name.split('/').at(-1)}.cjs';\n`);
    writeFileSync(`${file}.d.cts`, `export * from '${up}${name}.js';\n`);
  }
  const licence = readFileSync('node_modules/cockatiel/LICENSE', 'utf8');
  writeFileSync('dist/cjs/LICENSE-cockatiel', licence);
}

/**
 * @param {string} folder
 * @param {string} end
 */
function filesOf(folder, end) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .map((entry) => join(entry.parentPath, entry.name));
}
