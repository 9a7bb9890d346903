import { describe, expect, it } from 'vitest';
import { AlgoBook } from '../../src/testing/exchange/algo-book.js';
import { readAlgoOrder, readTpSlOrder } from '../../src/testing/exchange/algo-request.js';
import { ContractLedger } from '../../src/testing/exchange/contract-ledger.js';
import { createIds } from '../../src/testing/exchange/ids.js';
import { MarketData } from '../../src/testing/exchange/market-data.js';
import { OrderBook } from '../../src/testing/exchange/order-book.js';
import { readOrderRequest } from '../../src/testing/exchange/order-request.js';
import { tradingSymbols } from '../../src/testing/exchange/symbols.js';
import type { SimulatedAlgoOrder } from '../../src/testing/exchange/simulated-algo-order.js';
import type { SimulatedOrder } from '../../src/testing/exchange/simulated-order.js';

const atOnce = { delayMs: 0 };
const startMs = 1_000;
/** The waves of the market are over five minutes long: within one it goes up and down by more than this. */
const aWhileMs = 400_000;

function market() {
  const nextId = createIds(7);
  const marketData = new MarketData(7);
  const ledger = new ContractLedger({ asset: 'USDT', balance: 1_000_000e8, seed: 7, startedAtMs: 0, nextId });
  const orders: SimulatedOrder[] = [];
  const algoOrders: SimulatedAlgoOrder[] = [];
  const shared = { marketData, nextId, startedAtMs: 0, duplicates: 'accept' } as const;
  const book = new OrderBook({ ...shared, ledger, orders });
  const algos = new AlgoBook({ ...shared, book, algoOrders });
  // As every request does before it is carried out.
  algos.settle(startMs);
  const symbol = tradingSymbols.contract.get('BTCUSDT');
  if (!symbol) throw new Error('There is no BTCUSDT');
  const mid = marketData.midUnits(symbol, marketData.stepAt(startMs)) / 10;
  const at = (share: number) => (mid * (1 + share)).toFixed(1);
  const open = (more: object = {}) =>
    book.place(
      readOrderRequest('contract', {
        symbol: 'BTCUSDT',
        side: 'BUY',
        positionSide: 'LONG',
        type: 'MARKET',
        quantity: '0.01',
        newClientOrderId: 'open',
        ...more,
      }),
      startMs,
      atOnce,
    );
  return { algoOrders, algos, at, book, ledger, open, orders };
}

const stop = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'LONG',
  type: 'STOP_MARKET',
  quantity: '0.01',
  clientAlgoId: 'stop',
};
const takeProfit = {
  symbol: 'BTCUSDT',
  planType: 'TAKE_PROFIT',
  positionSide: 'LONG',
  quantity: '0.01',
  clientAlgoId: 'profit',
};

describe('the book of conditional orders', () => {
  it('triggers a stop when the price falls to it, and closes the position', () => {
    const { algoOrders, algos, at, ledger, open, orders } = market();
    open();
    algos.place(readAlgoOrder({ ...stop, triggerPrice: at(-0.001) }), startMs, atOnce);
    expect(ledger.positions.size).toBe(1);
    algos.settle(startMs + aWhileMs);
    expect(algoOrders).toMatchObject([{ status: 'FILLED', actualOrderId: orders[1]?.orderId }]);
    expect(orders[1]).toMatchObject({ side: 'SELL', type: 'MARKET', status: 'FILLED' });
    expect(ledger.positions.size).toBe(0);
  });

  it('a take-profit of quantity 0 is accepted, is triggered, and closes nothing', () => {
    const { algoOrders, algos, at, ledger, open, orders } = market();
    open();
    const request = readTpSlOrder({ ...takeProfit, quantity: '0', triggerPrice: at(0.001) });
    algos.place(request, startMs, atOnce);
    algos.settle(startMs + aWhileMs);
    expect(algoOrders).toMatchObject([{ status: 'FILLED', actualOrderId: undefined }]);
    expect(orders).toHaveLength(1);
    expect(ledger.positions.size).toBe(1);
  });

  it('the quantity of a take-profit or stop-loss is required', () => {
    const request = { ...takeProfit, quantity: undefined, triggerPrice: '120000' };
    expect(() => readTpSlOrder(request)).toThrow("Parameter 'quantity' cannot be empty.");
  });

  it('the stops attached to an order wait for its fill; the first one triggered ends the other', () => {
    const { algoOrders, algos, at, ledger, open } = market();
    open({ tpTriggerPrice: at(0.001), slTriggerPrice: at(-0.05) });
    expect(algoOrders).toMatchObject([
      { origin: 'attached', orderType: 'TAKE_PROFIT_MARKET', side: 'SELL', quantity: '0.0100' },
      { origin: 'attached', orderType: 'STOP_MARKET', side: 'SELL', quantity: '0.0100' },
    ]);
    algos.settle(startMs + aWhileMs);
    expect(algoOrders.map(({ status }) => status)).toEqual(['FILLED', 'CANCELED']);
    expect(ledger.positions.size).toBe(0);
  });

  it('the stops of an unfilled order do not exist yet', () => {
    const { algoOrders, algos, at, open } = market();
    const far = { type: 'LIMIT', timeInForce: 'GTC', price: at(-0.1), slTriggerPrice: at(-0.2) };
    open(far);
    algos.settle(startMs + aWhileMs);
    expect(algoOrders).toEqual([]);
  });

  it('an order whose stop is on the wrong side is refused', () => {
    const { at, open, orders } = market();
    for (const wrong of [{ tpTriggerPrice: at(-0.01) }, { slTriggerPrice: at(0.01) }]) {
      expect(() => open(wrong)).toThrow('INVALID_ARGUMENT: the trigger price of');
    }
    expect(orders).toEqual([]);
  });

  it('a cancelled one is not triggered', () => {
    const { algoOrders, algos, at, ledger, open } = market();
    open();
    const algo = algos.place(readAlgoOrder({ ...stop, triggerPrice: at(-0.001) }), startMs, atOnce);
    expect(algos.cancel(algo, startMs)).toBe(true);
    expect(algos.cancel(algo, startMs)).toBe(false);
    algos.settle(startMs + aWhileMs);
    expect(algoOrders).toMatchObject([{ status: 'CANCELED', triggerTime: 0 }]);
    expect(ledger.positions.size).toBe(1);
  });
});
