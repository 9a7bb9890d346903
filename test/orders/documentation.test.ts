import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WEEXNetworkError, weexVenues } from '../../src/index.js';
import { patienceOf, sum } from '../../src/orders/patience.js';

const page = readFileSync(new URL('../../docs/never-a-second-order.md', import.meta.url), 'utf8');
const source = readFileSync(new URL('../../src/orders/order-safety.ts', import.meta.url), 'utf8');
const patience = patienceOf({});
const answered = patience.waitsMs(new WEEXNetworkError('Connection reset'));
const silent = patience.waitsMs(undefined);

describe('docs/never-a-second-order.md', () => {
  it('has every venue', () => {
    for (const venue of Object.keys(weexVenues))
      expect(page).toMatch(new RegExp(`^\\|.*\`${venue}\`.*\\|`, 'm'));
  });

  it('has the patience that is kept', () => {
    expect(page).toContain(`| ${sum(answered) / 1_000} s: looks after 250, 1,250 and 4,250 ms |`);
    expect(answered.map((_, index) => sum(answered.slice(0, index + 1)))).toEqual([250, 1_250, 4_250]);
    expect(page).toContain(`| ${sum(silent) / 1_000} s, a look every ${Math.max(...silent) / 1_000} s |`);
  });
});

describe('the description of orderSafety', () => {
  it('has the patience that is kept', () => {
    expect(source).toContain(sum(silent).toLocaleString('en-US'));
    expect(source).toContain('250, 1,000 and 3,000');
    expect(answered).toEqual([250, 1_000, 3_000]);
    const furtherMs = patience.deadlineMs - sum(silent);
    expect(source).toContain(`Default: the patience and ${furtherMs.toLocaleString('en-US')}.`);
  });
});
