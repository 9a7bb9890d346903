import { describe, expect, it } from 'vitest';
import { ApiSymbols } from '../../src/client/api-symbols.js';

function known(symbols?: readonly string[]) {
  let nowMs = 1_000_000;
  const apiSymbols = new ApiSymbols(() => nowMs);
  if (symbols) apiSymbols.learn(symbols);
  return { apiSymbols, pass: (ms: number) => (nowMs += ms) };
}

describe('the symbols that the API trades', () => {
  it.each([[undefined], [[]]])('accept everything before they were read: %j', (symbols) => {
    expect(known(symbols).apiSymbols.faultsOf('XAUUSDT')).toEqual([]);
  });

  it('reject a symbol that is not among them, for an hour', () => {
    const { apiSymbols, pass } = known(['BTCUSDT']);
    expect(apiSymbols.faultsOf('BTCUSDT')).toEqual([]);
    pass(3_600_000);
    expect(apiSymbols.faultsOf('XAUUSDT')).toEqual([expect.stringMatching(/^XAUUSDT .* 3600 s ago.*-1058/)]);
    pass(1);
    expect(apiSymbols.faultsOf('XAUUSDT')).toEqual([]);
  });

  it('are replaced when they are read again', () => {
    const { apiSymbols } = known(['BTCUSDT']);
    apiSymbols.learn(['BTCUSDT', 'XAUUSDT']);
    expect(apiSymbols.faultsOf('XAUUSDT')).toEqual([]);
    apiSymbols.learn([]);
    expect(apiSymbols.faultsOf('ETHUSDT')).toEqual([]);
  });
});
