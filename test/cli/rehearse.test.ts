import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let built: string;

// Each thread of the work is a process of its own, which runs no TypeScript: the program as it is built.
beforeAll(async () => {
  await mkdir('build', { recursive: true });
  built = await mkdtemp(resolve('build', 'cli-'));
  await build({
    entryPoints: ['src/cli/main.ts', 'src/cli/rehearse-child.ts'],
    outdir: built,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => rm(built, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weex-resilience-'));
});
afterEach(() => rm(folder, { recursive: true }));

function run(...args: string[]) {
  const {
    stderr: err,
    status,
    stdout: out,
  } = spawnSync(process.execPath, [join(built, 'main.js'), ...args], {
    encoding: 'utf8',
  });
  return { err, out, status };
}

/** A program that trusts its luck: when no answer comes, it sends the same order again. */
const careless = `
import { createHmac } from 'node:crypto';

export async function run({ axios, exchange, random, signal }) {
  const { apiKey, passphrase, secretKey } = exchange.credentials;
  for (let number = 0; !signal.aborted; number += 1) {
    const body = JSON.stringify({
      symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.001',
      newClientOrderId: 'careless-' + number,
    });
    const send = () => {
      const timestamp = String(Date.now());
      return axios.post('/capi/v3/order', body, { timeout: 2_000, headers: {
        'Content-Type': 'application/json', 'ACCESS-KEY': apiKey, 'ACCESS-PASSPHRASE': passphrase,
        'ACCESS-TIMESTAMP': timestamp,
        'ACCESS-SIGN': createHmac('sha256', secretKey)
          .update(timestamp + 'POST/capi/v3/order' + body).digest('base64'),
      } });
    };
    await send().catch(send).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 500 + 500 * random()));
  }
}
export const invariants = [{ name: 'orders are few', check: ({ intents }) => (intents.length > 30 ? ['Too many'] : []) }];
`;

describe('weex-resilience rehearse', () => {
  it('prints the broken invariants, and writes a page with the shortest scenario', async () => {
    const bot = join(folder, 'careless.mjs');
    const report = join(folder, 'report.html');
    await writeFile(bot, careless);
    const args = [
      'rehearse',
      bot,
      '--seeds',
      '2',
      '--scenario',
      'lost-replies',
      '--workers',
      '1',
      '--report',
      report,
    ];
    const { err, out, status } = run(...args);
    expect({ err, status }).toEqual({ err: '', status: 1 });
    expect(out).toMatch(/days survived +0 of 2\n/);
    expect(out).toMatch(/orders placed +\d+ of \d+ placeable/);
    expect(out).toContain('no intent is placed twice: 2 seeds (1, 2)');
    expect(out).toContain('Worst seeds');
    const page = await readFile(report, 'utf8');
    expect(page).toContain('Seed 1: no intent is placed twice');
    expect(page).toContain('lost-replies, shrunk');
    expect(page).toContain('<circle');
  });

  it('checks the invariants that the program adds', async () => {
    const bot = join(folder, 'careless.mjs');
    await writeFile(bot, careless);
    const args = ['rehearse', bot, '--seeds', '1', '--scenario', 'calm', '--workers', '1'];
    const { out, status } = run(...args, '--report', join(folder, 'report.html'));
    expect(status).toBe(1);
    expect(out).toMatch(/days survived +0 of 1\n/);
    expect(out).toContain('orders are few: 1 seed (1)');
  });

  it('counts the whole days before something broke', async () => {
    const bot = join(folder, 'late.mjs');
    await writeFile(
      bot,
      `export async function run({ axios, signal }) {
        while (!signal.aborted) {
          await axios.get('/capi/v3/market/time').catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 5_000));
        }
      }
      export const invariants = [{ name: 'late', check: ({ lengthMs }) => [{ message: 'now', atMs: lengthMs * 0.8 }] }];`,
    );
    const args = ['rehearse', bot, '--seeds', '2', '--days', '4', '--scenario', 'calm', '--workers', '1'];
    const { out } = run(...args, '--report', join(folder, 'report.html'));
    expect(out).toMatch(/days survived +6 of 8\n/);
  });

  it('rejects what it cannot use', async () => {
    const bot = join(folder, 'nothing.mjs');
    await writeFile(bot, 'export const nothing = 1;');
    expect(run('rehearse', bot, '--seeds', '0')).toMatchObject({ status: 2 });
    const missing = run('rehearse', join(folder, 'missing.mjs'));
    expect(missing).toMatchObject({ status: 2, err: expect.stringContaining('Cannot load the program') });
    const empty = run('rehearse', bot);
    expect(empty).toMatchObject({ status: 2, err: expect.stringContaining('a function called run') });
    const lost = run('rehearse', bot, '--scenario', 'no-such');
    expect(lost).toMatchObject({
      status: 2,
      err: expect.stringContaining("Cannot find the scenario 'no-such'"),
    });
  });

  const programs: Readonly<Record<string, readonly [source: string, status: number, said: string]>> = {
    'ends its process': [
      'export const run = () => process.exit(0);',
      1,
      'the program ended its process: process.exit(0)',
    ],
    'ends its process in a way that cannot be kept from it': [
      'export const run = () => process.kill(process.pid, "SIGKILL");',
      1,
      'Seed 1: the program stays in its process: the program has ended its process (SIGKILL)',
    ],
    'is never loaded': [
      'await new Promise(() => {}); export const run = () => {};',
      2,
      'it did not load within 3 s; does it wait at its top level?',
    ],
    'throws in a microtask': [
      'export const run = () => queueMicrotask(() => { throw new Error("boom"); });',
      1,
      'the program failed: Error: boom',
    ],
    'loops for ever': [
      'export const run = async () => { for (;;) await null; };',
      1,
      'Seed 1: the program stays in its process: the program blocked its process for 3 s',
    ],
    'brings an invariant that throws': [
      `export const run = ({ axios }) => axios.get('/api/v3/ping').catch(() => {});
       export const invariants = [{ name: 'mine', check() { throw new Error('in my check'); } }];`,
      1,
      'cannot be checked: Error: in my check',
    ],
  };
  for (const [what, [source, status, said]] of Object.entries(programs)) {
    it(`rejects a program that ${what}`, async () => {
      const bot = join(folder, 'bot.mjs');
      await writeFile(bot, source);
      const args = ['--seeds', '1', '--scenario', 'calm', '--workers', '1', '--patience', '3'];
      const result = run('rehearse', bot, ...args, '--report', join(folder, 'report.html'));
      expect(result.out + result.err).toContain(said);
      expect(result.status).toBe(status);
    });
  }

  it('rehearses compiled default exports, and an axios instance created at the top level', async () => {
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    const bot = join(folder, 'bot.cjs');
    await writeFile(
      bot,
      `const http = require('axios').create({ baseURL: 'https://api-spot.weex.com' });
       Object.defineProperty(exports, '__esModule', { value: true });
       exports.default = () => http.get('/api/v3/ping');`,
    );
    const { out, status } = run(
      'rehearse',
      bot,
      '--seeds',
      '2',
      '--scenario',
      'calm',
      '--report',
      join(folder, 'r.html'),
    );
    expect(out).toMatch(/days survived +2 of 2\n/);
    expect(out).toMatch(/requests +2\n/);
    expect(status).toBe(0);
  });
});
