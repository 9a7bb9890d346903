import axios from 'axios';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attachWeexErrors, type WeexErrorsOptions } from '../../src/index.js';

async function received(text: string, options: WeexErrorsOptions, config: object = {}): Promise<unknown> {
  const http = axios.create({
    adapter: async (sent) => ({ data: text, status: 200, statusText: '', headers: {}, config: sent }),
    ...config,
  });
  attachWeexErrors(http, options);
  return (await http.get('/api/v3/order')).data;
}

const text =
  '{"orderId":736557215397183592,"list":[9007199254740993,-9007199254740993],"price":1.50,"count":12}';

it('keeps integers beyond 2^53 as strings, and every other number unchanged', async () => {
  expect(await received(text, { losslessIds: true })).toEqual({
    orderId: '736557215397183592',
    list: ['9007199254740993', '-9007199254740993'],
    price: 1.5,
    count: 12,
  });
  expect(await received('[9007199254740991,12345678901234567.5,1e400]', { losslessIds: true })).toEqual([
    9_007_199_254_740_991,
    Number('12345678901234567.5'),
    Infinity,
  ]);
});

it('does so only on request', async () => {
  expect(await received(text, {})).toMatchObject({ orderId: Number('736557215397183592') });
});

it("gives the caller's transforms the usual text", async () => {
  const seen: unknown[] = [];
  const transformResponse = (data: unknown): unknown => {
    seen.push(data);
    return JSON.parse(data as string) as unknown;
  };
  expect(await received(text, { losslessIds: true }, { transformResponse })).toMatchObject({
    orderId: '736557215397183592',
  });
  expect(seen).toHaveLength(1);
  expect(await received(text, { losslessIds: true }, { responseType: 'text' })).toBe(text);
});

it('returns for every JSON what JSON.parse returns, apart from such numbers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.boolean(), async (json, padded) => {
      fc.pre(!/\d{16}/.test(json));
      const body = padded ? `{"id":99999999999999999,"value":${json}}` : `[${json}]`;
      const expected = JSON.parse(padded ? `[${json}]` : body) as unknown[];
      const actual = await received(body, { losslessIds: true });
      if (padded) expect(actual).toEqual({ id: '99999999999999999', value: expected[0] });
      else expect(actual).toEqual(expected);
    }),
    { numRuns: 300, seed: 7 },
  );
});

it('finds such a number anywhere in the text', async () => {
  for (let offset = 0; offset < 40; offset += 1) {
    const padding = 'x'.repeat(offset);
    const body = `{"p":"${padding}","id":9007199254740993,"q":"${padding}"}`;
    expect(await received(body, { losslessIds: true })).toMatchObject({ id: '9007199254740993' });
  }
});
