import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transformAsync } from '@babel/core';
import { transform as transformBySwc } from '@swc/core';
import { transform as transformByEsbuild } from 'esbuild';

/** Which decorators a compiler takes `@` for. */
export type Dialect = 'legacy' | 'standard';

type Compile = (file: string, dialect: Dialect) => Promise<string>;

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

/** Every compiler that users of TypeScript decorators have, by name: a file of TypeScript to JavaScript. */
export const compilers: Readonly<Record<string, Compile>> = {
  'tsc 7': compileByTsc,
  esbuild: async (file, dialect) => {
    const { code } = await transformByEsbuild(await readFile(file, 'utf8'), {
      loader: 'ts',
      target: 'node20',
      tsconfigRaw: { compilerOptions: { experimentalDecorators: dialect === 'legacy' } },
    });
    return code;
  },
  swc: async (file, dialect) => {
    const { code } = await transformBySwc(await readFile(file, 'utf8'), {
      swcrc: false,
      configFile: false,
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform:
          dialect === 'legacy'
            ? { legacyDecorator: true, decoratorMetadata: true }
            : { decoratorVersion: '2022-03' },
      },
    });
    return code;
  },
  Babel: async (file, dialect) => {
    const result = await transformAsync(await readFile(file, 'utf8'), {
      filename: file,
      babelrc: false,
      configFile: false,
      targets: { node: '20' },
      plugins: [
        [require.resolve('@babel/plugin-transform-typescript'), { allowDeclareFields: true }],
        [
          require.resolve('@babel/plugin-proposal-decorators'),
          { version: dialect === 'legacy' ? 'legacy' : '2023-11' },
        ],
      ],
    });
    return result?.code ?? '';
  },
};

/** Compiles a fixture of this folder and loads the result, a module of this type. */
export async function load<Module>(compiler: string, dialect: Dialect, fixture: string): Promise<Module> {
  const folder = await mkdtemp(join(tmpdir(), 'weex-resilience-decorators-'));
  try {
    const code = await (compilers[compiler] as Compile)(join(here, fixture), dialect);
    const file = join(folder, `${basename(fixture, '.ts')}.mjs`);
    await writeFile(file, code);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Module;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compileByTsc(file: string, dialect: Dialect): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'weex-resilience-tsc-'));
  try {
    // Alone in a folder: what it imports as types only is not compiled with it.
    const source = join(folder, basename(file));
    await mkdir(join(folder, 'out'));
    await copyFile(file, source);
    const legacy = ['--experimentalDecorators', '--emitDecoratorMetadata'];
    const tsc = require.resolve('typescript/package.json');
    await run(process.execPath, [
      join(dirname(tsc), 'bin', 'tsc'),
      source,
      '--ignoreConfig',
      '--noCheck',
      '--noResolve',
      '--module',
      'esnext',
      '--target',
      'es2022',
      '--outDir',
      join(folder, 'out'),
      ...(dialect === 'legacy' ? legacy : []),
    ]);
    return await readFile(join(folder, 'out', basename(file).replace(/ts$/, 'js')), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}
