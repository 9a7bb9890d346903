// Makes of what the compiler has put into dist what is published: ES modules with their declarations, and below dist/cjs the same once more for whoever can only
// require(), as Jest does. The reasons are in docs/decisions.
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
  // Without white space the marks would go that let a bundler leave a call out.
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

/** Declarations that no entry point leads to are of no use to anybody but the scripts that write the docs. */
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

/** Of d3 a few functions are used; they become part of the file that names them. */
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
    // Of cockatiel, which is ES modules only, the parts in use are taken in; its licence comes with them.
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
