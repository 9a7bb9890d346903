import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { weexVenues } from '../../src/index.js';
import { patienceOf, sum } from '../../src/orders/patience.js';

const page = readFileSync(new URL('../../docs/never-a-second-order.md', import.meta.url), 'utf8');
const source = readFileSync(new URL('../../src/orders/order-safety.ts', import.meta.url), 'utf8');
const patience = patienceOf({});
const waitsMs = patience.waitsMs();

describe('docs/never-a-second-order.md', () => {
  it('has every venue', () => {
    for (const venue of Object.keys(weexVenues))
      expect(page).toMatch(new RegExp(`^\\|.*\`${venue}\`.*\\|`, 'm'));
  });

  it('has the patience that is used', () => {
    expect(page).toContain(`${sum(waitsMs) / 1_000} s: lookups after 250, 1,250 and 4,250 ms`);
    const firstLooks = [0, 1, 2].map((index) => sum(waitsMs.slice(0, index + 1)));
    expect(firstLooks).toEqual([250, 1_250, 4_250]);
    expect(page).toContain(`then every ${Math.max(...waitsMs) / 1_000} s`);
  });
});

describe('the description of orderSafety', () => {
  it('has the patience that is used', () => {
    expect(source).toContain(sum(waitsMs).toLocaleString('en-US'));
    expect(source).toContain('250, 1,000 and 3,000');
    expect(waitsMs.slice(0, 3)).toEqual([250, 1_000, 3_000]);
    const furtherMs = patience.deadlineMs - sum(waitsMs);
    expect(source).toContain(`Default: the patience plus ${furtherMs.toLocaleString('en-US')}.`);
  });
});
