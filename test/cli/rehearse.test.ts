import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weex-resilience-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const status = await runProgram(args, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    interrupted: () => new Promise(() => {}),
  });
  return { status, ...written };
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
  it('prints what did not hold, and writes a page with the shortest scenario', async () => {
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
    const { err, out, status } = await run(...args);
    expect({ err, status }).toEqual({ err: '', status: 1 });
    expect(out).toMatch(/days survived +0 of 2\n/);
    expect(out).toMatch(/orders placed +\d+ of \d+ placeable/);
    expect(out).toContain('no intent stands twice: 2 seeds (1, 2)');
    expect(out).toContain('Worst seeds');
    const page = await readFile(report, 'utf8');
    expect(page).toContain('Seed 1: no intent stands twice');
    expect(page).toContain('lost-replies, shrunk');
    expect(page).toContain('<circle');
  });

  it('asks the invariants that the program brings', async () => {
    const bot = join(folder, 'careless.mjs');
    await writeFile(bot, careless);
    const args = ['rehearse', bot, '--seeds', '1', '--scenario', 'calm', '--workers', '1'];
    const { out, status } = await run(...args, '--report', join(folder, 'report.html'));
    expect(status).toBe(1);
    expect(out).toMatch(/days survived +0 of 1\n/);
    expect(out).toContain('orders are few: 1 seed (1)');
  });

  it('says what it cannot use', async () => {
    const bot = join(folder, 'nothing.mjs');
    await writeFile(bot, 'export const nothing = 1;');
    expect(await run('rehearse', bot, '--seeds', '0')).toMatchObject({ status: 2 });
    const missing = await run('rehearse', join(folder, 'missing.mjs'));
    expect(missing).toMatchObject({ status: 2, err: expect.stringContaining('Cannot load the program') });
    const empty = await run('rehearse', bot);
    expect(empty).toMatchObject({ status: 2, err: expect.stringContaining('a function called run') });
    const lost = await run('rehearse', bot, '--scenario', 'no-such');
    expect(lost).toMatchObject({
      status: 2,
      err: expect.stringContaining("Cannot find the scenario 'no-such'"),
    });
  });
});
