// How long a fresh process takes to load the package, compared with axios, which every user of it loads anyway.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 61);
const { resolve } = createRequire(import.meta.url);
const commonJs = new URL('../../dist/cjs/index.cjs', import.meta.url).pathname;
const cases: Readonly<Record<string, string>> = {
  'import axios': `await import('axios')`,
  'import weex-resilience': `await import('weex-resilience')`,
  'require axios': `(await import('node:module')).createRequire('${commonJs}')('${resolve('axios')}')`,
  'require weex-resilience': `(await import('node:module')).createRequire('${commonJs}')('${commonJs}')`,
};

const taken = new Map(Object.keys(cases).map((name): [string, number[]] => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, code] of Object.entries(cases)) taken.get(name)?.push(timed(code));
}
console.log('Loading in a fresh process, median in milliseconds');
for (const [name, times] of taken) {
  const axios = taken.get(name.replace('weex-resilience', 'axios')) ?? times;
  console.log(
    `  ${name.padEnd(24)} ${median(times).toFixed(1).padStart(7)}  ${(median(times) / median(axios)).toFixed(2)} of axios`,
  );
}

function timed(code: string): number {
  const program = `const start = performance.now(); ${code}; console.log(performance.now() - start);`;
  const options = ['--input-type=module', '--eval', program];
  return Number(spawnSync(process.execPath, options, { encoding: 'utf8' }).stdout);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
