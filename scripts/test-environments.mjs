// Installs the packed package in an empty project of each kind and runs one decorated call there, whose first attempt
// the simulated exchange refuses. `node scripts/test-environments.mjs [name…]` runs those whose name contains one of
// the words. What cannot be installed here is skipped, and said so.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Environment
 * @property {string} name
 * @property {Record<string, string>} packages Beside this one and axios.
 * @property {Record<string, string>} files
 * @property {string} run What has to print `2 attempts`.
 * @property {object} [manifest] More fields of package.json.
 */

const decorated = readFileSync('test/environments/decorated.ts', 'utf8');
const lostOrder = readFileSync('test/environments/lost-order.js', 'utf8');
const cockatiel = readFileSync('test/environments/cockatiel.ts', 'utf8');
const plain = readFileSync('test/environments/plain.js', 'utf8');
const asTest = `${decorated}\nit('calls twice', async () => { expect(await attempts()).toBe(2); console.log('2 attempts'); });\n`;
const asProgram = `${decorated}\nattempts().then((count) => console.log(count + ' attempts'));\n`;
const required = plain
  .replace(/import (.*) from ('.*');/g, 'const $1 = require($2);')
  .replace('axios =', '{ default: axios } =');

const legacy = {
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  target: 'ES2023',
  strict: true,
  skipLibCheck: true,
};
/** As the generator of NestJS 11 makes it. */
const nestTsconfig = JSON.stringify({
  compilerOptions: {
    ...legacy,
    module: 'nodenext',
    moduleResolution: 'nodenext',
    esModuleInterop: true,
    isolatedModules: true,
  },
});
const commonJsTsconfig = JSON.stringify({
  compilerOptions: {
    ...legacy,
    module: 'commonjs',
    moduleResolution: 'node10',
    ignoreDeprecations: '5.0',
    esModuleInterop: true,
  },
});
const checkedTsconfig = JSON.stringify({
  compilerOptions: { target: 'ES2023', lib: ['ES2023'], types: ['node'], strict: true, module: 'nodenext' },
});
const jest = {
  moduleFileExtensions: ['js', 'json', 'ts'],
  rootDir: 'src',
  testRegex: '.*\\.spec\\.ts$',
  transform: { '^.+\\.(t|j)s$': 'ts-jest' },
  testEnvironment: 'node',
};
/** In a folder of its own, where npm has installed nothing that could be found instead. */
const alone = 'mkdir own && cp package.json main.mjs *.tgz own && cd own &&';
const bundled = { 'main.js': plain };
const nestProject = {
  packages: { jest: '30', 'ts-jest': '29', '@types/jest': '30', typescript: '5.9', '@types/node': '22' },
  files: { 'src/call.spec.ts': asTest, 'tsconfig.json': nestTsconfig },
  manifest: { jest },
};

/** @param {'3' | '4'} version */
const withCockatiel = (version) => ({
  name: `Node, cockatiel ${version}, all declarations checked`,
  packages: { cockatiel: version, typescript: '5.9', '@types/node': '22' },
  files: { 'main.mts': cockatiel, 'tsconfig.json': checkedTsconfig },
  run: 'npx tsc && node main.mjs',
});

/** Yarn does not ask npm where its registry is. */
const yarnrc = [
  'nodeLinker: pnp',
  'enableTelemetry: false',
  `npmRegistryServer: ${JSON.stringify(shell('.', 'npm config get registry').stdout.trim())}`,
  'unsafeHttpWhitelist: ["*"]',
].join('\n');

/** @type {Environment[]} */
const environments = [
  {
    name: 'Jest 29 with ts-jest, CommonJS',
    packages: { jest: '29', 'ts-jest': '29', '@types/jest': '29', typescript: '5.9', '@types/node': '22' },
    files: { 'src/call.spec.ts': asTest, 'tsconfig.json': commonJsTsconfig },
    manifest: { jest },
    run: 'npx jest --silent=false',
  },
  {
    name: 'Jest 30 with ts-jest, as the generator of NestJS 11 makes it',
    ...nestProject,
    run: 'npx jest --silent=false',
  },
  {
    name: 'Jest 30 with ts-jest, as the generator of NestJS 11 makes it, on Node 22',
    ...nestProject,
    run: 'npx -y -p node@22 node node_modules/jest/bin/jest.js --silent=false',
  },
  {
    name: 'Vitest',
    packages: { vitest: '4' },
    files: {
      'call.test.js': `import { expect, it } from 'vitest';\n${plain.replace('void main();', '')}\nit('calls twice', async () => { await main(); });\n`,
    },
    manifest: { type: 'module' },
    run: 'npx vitest run --reporter=verbose',
  },
  {
    name: 'node:test',
    packages: {},
    files: {
      'call.test.mjs': `import test from 'node:test';\n${plain.replace('void main();', '')}\ntest('calls twice', () => main());\n`,
    },
    run: 'node --test --test-reporter=spec',
  },
  { name: 'Node, require()', packages: {}, files: { 'main.cjs': required }, run: 'node main.cjs' },
  { name: 'Node, import', packages: {}, files: { 'main.mjs': plain }, run: 'node main.mjs' },
  withCockatiel('3'),
  withCockatiel('4'),
  {
    name: 'npm with engine-strict',
    packages: {},
    files: { 'main.mjs': plain },
    run: `${alone} npm install --engine-strict --silent --no-audit --no-fund && rm -r ../node_modules && node main.mjs`,
  },
  {
    name: 'yarn 1, on Node 20',
    packages: { yarn: '1' },
    files: { 'main.mjs': plain },
    manifest: { resolutions: { cockatiel: '^3.2.1' } },
    run: `${alone} node ../node_modules/yarn/bin/yarn.js install --silent && rm -r ../node_modules && node main.mjs`,
  },
  {
    name: 'Node 24, its own type stripping',
    packages: {},
    files: { 'main.mts': plain.replace('let attempts = 0', 'let attempts: number = 0') },
    run: 'npx -y -p node@24 node main.mts',
  },
  {
    name: 'tsx',
    packages: { tsx: '4' },
    files: { 'main.ts': asProgram, 'tsconfig.json': nestTsconfig },
    run: 'npx tsx main.ts',
  },
  {
    name: 'ts-node, CommonJS',
    packages: { 'ts-node': '10', typescript: '5.9', '@types/node': '22' },
    files: { 'main.ts': asProgram, 'tsconfig.json': commonJsTsconfig },
    run: 'npx ts-node main.ts',
  },
  {
    name: 'tsc 5.9, nodenext, CommonJS',
    packages: { typescript: '5.9', '@types/node': '22' },
    files: { 'main.ts': asProgram, 'tsconfig.json': nestTsconfig },
    run: 'npx tsc && node main.js',
  },
  {
    name: 'esbuild',
    packages: { esbuild: '0.28' },
    files: bundled,
    run: 'npx esbuild main.js --bundle --platform=node --outfile=out.cjs && node out.cjs',
  },
  {
    name: 'webpack',
    packages: { webpack: '5', 'webpack-cli': '6' },
    files: bundled,
    run: 'npx webpack --mode production --target node --entry ./main.js -o out && node out/main.js',
  },
  {
    name: 'rollup',
    packages: {
      rollup: '4',
      '@rollup/plugin-node-resolve': '16',
      '@rollup/plugin-commonjs': '28',
      '@rollup/plugin-json': '6',
    },
    files: { 'main.mjs': plain },
    run: 'npx rollup main.mjs -p node-resolve={preferBuiltins:true} -p commonjs -p json -d out --entryFileNames [name].mjs --chunkFileNames [name].mjs --silent && node out/main.mjs',
  },
  {
    name: 'Next.js, server bundle',
    packages: { next: '16', react: '19', 'react-dom': '19' },
    files: {
      'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n',
      // Made while it is built, by the server bundle.
      'app/page.js': `${plain.replace('void main();', '')}\nexport default async function Page() { await main(); return <p>done</p>; }\n`,
    },
    run: 'NEXT_TELEMETRY_DISABLED=1 npx next build',
  },
  {
    name: 'yarn with PnP',
    packages: { '@yarnpkg/cli-dist': '4' },
    files: { 'main.mjs': plain, '.yarnrc.yml': yarnrc },
    run: 'mkdir own && cp package.json main.mjs .yarnrc.yml *.tgz own && cd own && touch yarn.lock && yarn="node $PWD/../node_modules/@yarnpkg/cli-dist/bin/yarn.js" && $yarn install && $yarn node main.mjs',
  },
  {
    name: 'pnpm',
    packages: { pnpm: '10' },
    files: { 'main.mjs': plain },
    run: `${alone} npx pnpm install --ignore-workspace && rm -r ../node_modules && node main.mjs`,
  },
  {
    name: 'Bun, an order whose answer is lost',
    packages: { bun: '1' },
    files: { 'main.mjs': lostOrder },
    run: 'npx bun main.mjs',
  },
  {
    name: 'Deno, an order whose answer is lost',
    packages: { deno: '2' },
    files: { 'main.mjs': lostOrder },
    run: 'npx deno run -A --node-modules-dir=manual main.mjs',
  },
  { name: 'Bun', packages: { bun: '1' }, files: { 'main.mjs': plain }, run: 'npx bun main.mjs' },
  {
    name: 'Deno',
    packages: { deno: '2' },
    files: { 'main.mjs': plain },
    run: 'npx deno run -A --node-modules-dir=manual main.mjs',
  },
];

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = environments.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word)),
);
const folder = mkdtempSync(join(tmpdir(), 'environments-'));
let failed = 0;
try {
  const { stdout } = shell(process.cwd(), `npm pack --silent --pack-destination ${folder}`);
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  for (const [index, environment] of chosen.entries())
    report(environment, tryIn(join(folder, String(index)), tarball, environment));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/**
 * @param {string} place
 * @param {string} tarball
 * @param {Environment} environment
 */
function tryIn(place, tarball, { files, manifest, packages, run }) {
  mkdirSync(place);
  cpSync(tarball, join(place, 'weex-resilience.tgz'));
  const dependencies = { 'weex-resilience': 'file:./weex-resilience.tgz', axios: '1', ...packages };
  for (const [name, text] of Object.entries({
    ...files,
    'package.json': JSON.stringify({ private: true, dependencies, ...manifest }),
  })) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  const installed = shell(place, 'npm install --silent --no-audit --no-fund');
  if (installed.status !== 0) return { result: 'SKIPPED', why: installed.stderr };
  const ran = shell(place, run);
  const output = ran.stdout + ran.stderr;
  return { result: ran.status === 0 && output.includes('2 attempts') ? 'works' : 'FAILED', why: output };
}

/**
 * @param {Environment} environment
 * @param {{ result: string, why: string }} outcome
 */
function report({ name }, { result, why }) {
  console.log(`${result.padEnd(8)} ${name}`);
  if (result === 'works') return;
  console.log(why.trim().split('\n').slice(0, 15).join('\n').replace(/^/gm, '         '));
  if (result === 'FAILED') failed += 1;
}

/**
 * @param {string} cwd
 * @param {string} command
 */
function shell(cwd, command) {
  return spawnSync(command, { cwd, shell: true, encoding: 'utf8', timeout: 300_000 });
}
