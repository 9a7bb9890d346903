// Compiles a strict program and every example of the documentation against the packed package, with each version of
// TypeScript from 5.4 on and each way of resolving modules. The expected results are in docs/environments.md: where
// it says "yes" there must be no error, and where it names an error, that must be the reason. `node
// scripts/test-typescript.mjs 5.4 node10` runs the versions and settings that contain one of the words.
import { execFile, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { documented, examplesOf } from './read-examples.mjs';

const versions = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];

/**
 * @typedef {object} Setting
 * @property {string} name
 * @property {readonly ('mts' | 'cts' | 'ts')[]} extensions
 * @property {(version: number) => object} options
 * @property {(version: number) => string | undefined} [fails] The error that tells why it cannot work.
 * @property {true} [checksLibraries] The declarations of the package too; without the examples and the optional peers.
 */

/** @type {Setting[]} */
const settings = [
  { name: 'node16', extensions: ['mts', 'cts'], options: () => ({ module: 'node16' }) },
  { name: 'nodenext', extensions: ['mts', 'cts'], options: () => ({ module: 'nodenext' }) },
  { name: 'bundler', extensions: ['ts'], options: () => ({ module: 'esnext', moduleResolution: 'bundler' }) },
  { name: 'preserve', extensions: ['ts'], options: () => ({ module: 'preserve' }) },
  {
    name: 'node10',
    extensions: ['ts'],
    options: (version) => ({
      module: 'commonjs',
      moduleResolution: 'node10',
      ...(version >= 6 && { ignoreDeprecations: '6.0' }),
    }),
    fails: (version) => (version >= 7 ? 'TS5108' : undefined),
  },
  {
    name: 'nodenext with libraries checked, ES module',
    extensions: ['mts'],
    options: () => ({ module: 'nodenext', skipLibCheck: false }),
    checksLibraries: true,
  },
  {
    name: 'node16 with libraries checked, CommonJS',
    extensions: ['cts'],
    options: () => ({ module: 'node16', skipLibCheck: false }),
    fails: () => 'TS1479',
    checksLibraries: true,
  },
  {
    name: 'nodenext with libraries checked, CommonJS',
    extensions: ['cts'],
    options: () => ({ module: 'nodenext', skipLibCheck: false }),
    fails: (version) => (version < 5.8 ? 'TS1479' : undefined),
    checksLibraries: true,
  },
];

/** Top-level await, which CommonJS does not have, whatever the package. */
const awaits = /error TS(1309|1378|1432):/;
/** NestJS 12 is ES modules only, which node16 does not load from CommonJS. */
const nest = /^[\w-]*nestjs[^(]*\(.*error TS1541:|error TS1479:.*import\("@nestjs\//;

const program = `
import { createPolicy, isWEEXError, WEEXError, WEEXRateLimitError } from 'weex-resilience';
import * as client from 'weex-resilience/client';
import * as journal from 'weex-resilience/journal';
import * as testing from 'weex-resilience/testing';
export const subpaths: object[] = [client, journal, testing];
export function read(error: unknown): string | number | undefined {
  if (!isWEEXError(error)) return undefined;
  // @ts-expect-error: a WEEXError has no such field
  error.nonsense;
  switch (error.kind) {
    case 'authentication': return error.reason;
    case 'circuit-open': return error.policy;
    case 'portfolio': return error.portfolioValue;
    default: return error.retryAfterMs;
  }
}
export const name: 'WEEXRateLimitError' = new WEEXRateLimitError('slow down', { retryAfter: 2 }).name;
// @ts-expect-error: a message is a string
new WEEXError(42);
export const given: Promise<string | 42> = createPolicy({ fallback: () => 42 as const }).execute(async () => 'value');
// @ts-expect-error: the fallback gives a number
export const text: Promise<string> = createPolicy({ fallback: () => 42 }).execute(async () => 'value');
`;

const optional = `
import * as nestjs from 'weex-resilience/nestjs';
import * as redis from 'weex-resilience/redis';
export const more: object[] = [nestjs, redis];
`;

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2).map((word) => word.toLowerCase());
const cells = versions
  .flatMap((version) => settings.map((setting) => ({ version, setting })))
  .filter(({ version, setting }) => words.every((word) => `${version} ${setting.name}`.includes(word)));

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'typescript-')));
let passed = 0;
let failed = 0;
try {
  if (!installCompilers()) {
    console.log('SKIPPED: the compilers cannot be installed here');
  } else {
    installPackage();
    const queue = [...cells];
    const worker = async () => {
      for (let cell = queue.shift(); cell; cell = queue.shift()) await check(cell.version, cell.setting);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} as documented, ${failed} not`);
process.exitCode = failed > 0 ? 1 : 0;

function installCompilers() {
  const place = join(folder, 'compilers');
  const dependencies = Object.fromEntries(
    versions.map((version) => [`ts${version}`, `npm:typescript@${version}`]),
  );
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const command = ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline'];
  return spawnSync('npm', command, { cwd: place }).status === 0;
}

/** Unpacks the tarball alone; what it and the examples need is linked from here. */
function installPackage() {
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder], { encoding: 'utf8' });
  const tarball = join(folder, packed.stdout.trim().split('\n').at(-1) ?? '');
  const own = join(folder, 'node_modules/weex-resilience');
  mkdirSync(own, { recursive: true });
  spawnSync('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  const { dependencies, devDependencies } = /** @type {Record<string, Record<string, string>>} */ (
    JSON.parse(readFileSync('package.json', 'utf8'))
  );
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
}

/**
 * @param {string} version
 * @param {Setting} setting
 */
async function check(version, { name, extensions, options, fails, checksLibraries }) {
  const place = join(folder, `${version} ${name}`.replaceAll(/[^\w.]+/g, '-'));
  mkdirSync(place);
  for (const extension of extensions) writeSources(place, extension, checksLibraries === true);
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    skipLibCheck: true,
    noEmit: true,
    ...options(Number(version)),
  };
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }));
  const command = [join(folder, 'compilers/node_modules', `ts${version}`, 'bin/tsc'), '-p', place];
  /** @type {string} */
  const output = await new Promise((done) => {
    execFile(process.execPath, command, { maxBuffer: 1e8, cwd: place }, (_, stdout, stderr) =>
      done(stdout + stderr),
    );
  });
  const expected = fails?.(Number(version));
  const lines = output
    .split('\n')
    .filter((line) => line !== '' && (expected ? line.includes(expected) : true));
  for (const extension of extensions) {
    const isCommonJs = extension === 'cts' || name === 'node10';
    const told = lines.filter((line) => {
      const isOther = extensions.some((other) => other !== extension && line.includes(`.${other}(`));
      return !isOther && !(isCommonJs && (awaits.test(line) || nest.test(line)));
    });
    const isFine = expected ? told.length > 0 : told.length === 0;
    if (isFine) passed += 1;
    else failed += 1;
    const kind = { mts: ', ES module', cts: ', CommonJS', ts: '' }[extension];
    const label = checksLibraries ? name : name + kind;
    console.log(`${isFine ? (expected ?? 'works').padEnd(7) : 'FAILED '} TypeScript ${version}, ${label}`);
    if (!isFine) console.log((told.slice(0, 12).join('\n') || 'no error').replace(/^/gm, '        '));
  }
}

/**
 * @param {string} place
 * @param {string} extension
 * @param {boolean} isSmall
 */
function writeSources(place, extension, isSmall) {
  const write = (/** @type {string} */ name, /** @type {string} */ code) =>
    writeFileSync(join(place, `${name}.${extension}`), `${code}\nexport {};\n`);
  write('program', isSmall ? program : program + optional);
  if (isSmall) return;
  for (const file of documented()) {
    for (const { code, line } of examplesOf(file, readFileSync(resolve(root, file), 'utf8'))) {
      write(`${file.replaceAll(/\W+/g, '-')}-${line}`, '\n'.repeat(line - 1) + code);
    }
  }
}
