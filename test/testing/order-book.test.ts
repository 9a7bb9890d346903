import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContractLedger } from '../../src/testing/exchange/contract-ledger.js';
import { createIds } from '../../src/testing/exchange/ids.js';
import { MarketData } from '../../src/testing/exchange/market-data.js';
import { OrderBook } from '../../src/testing/exchange/order-book.js';
import { readOrderRequest } from '../../src/testing/exchange/order-request.js';
import { symbolOf } from '../../src/testing/exchange/parameters.js';
import { Refusal } from '../../src/testing/exchange/refusal.js';
import type { SimulatedOrder } from '../../src/testing/exchange/simulated-order.js';
import { SpotLedger } from '../../src/testing/exchange/spot-ledger.js';
import { formatUnits, parseUnits } from '../../src/testing/exchange/units.js';

const million = 1_000_000e8;

function spotMarket(seed: number) {
  const ledger = new SpotLedger({ USDT: million, BTC: 10e8 }, createIds('bills'));
  const orders: SimulatedOrder[] = [];
  const marketData = new MarketData(seed);
  const shared = { marketData, nextId: createIds(seed), startedAtMs: 0, orders };
  return { ledger, orders, book: new OrderBook({ ...shared, ledger, duplicates: 'accept' }) };
}

function contractMarket(seed: number) {
  const nextId = createIds(seed);
  const ledger = new ContractLedger({ asset: 'USDT', balance: million, seed, startedAtMs: 0, nextId });
  const orders: SimulatedOrder[] = [];
  const shared = { marketData: new MarketData(seed), nextId, startedAtMs: 0, orders };
  return { ledger, orders, book: new OrderBook({ ...shared, ledger, duplicates: 'accept' }) };
}

const anOrder = fc.record({
  side: fc.constantFrom('BUY', 'SELL'),
  positionSide: fc.constantFrom('LONG', 'SHORT'),
  type: fc.constantFrom('LIMIT', 'LIMIT', 'MARKET'),
  timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
  quantity: fc.integer({ min: 1, max: 40_000 }).map((units) => formatUnits(units, 4)),
  price: fc.integer({ min: 995_000, max: 1_005_000 }).map((units) => formatUnits(units, 1)),
  newClientOrderId: fc.uuid(),
});
const steps = fc.array(
  fc.record({ order: anOrder, waitMs: fc.integer({ min: 0, max: 20_000 }), cancel: fc.boolean() }),
  { minLength: 1, maxLength: 30 },
);

function run(
  market: 'spot' | 'contract',
  book: OrderBook,
  list: Array<{ order: object; waitMs: number; cancel: boolean }>,
) {
  let nowMs = 1_000;
  for (const { order, waitMs, cancel } of list) {
    try {
      const placed = book.place(readOrderRequest(market, { symbol: 'BTCUSDT', ...order }), nowMs, {
        delayMs: 0,
      });
      if (cancel) book.cancel(placed, nowMs);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    nowMs += waitMs;
    book.settle(nowMs);
  }
  return nowMs;
}

describe('the matching', () => {
  it('neither creates nor loses anything on spot', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), steps, (seed, list) => {
        const { ledger, orders, book } = spotMarket(seed);
        const end = run('spot', book, list);
        for (const order of book.active()) book.cancel(order, end);
        const usdt = ledger.balances.get('USDT');
        const btc = ledger.balances.get('BTC');
        let spent = 0;
        let bought = 0;
        for (const order of orders) {
          const sign = order.side === 'BUY' ? 1 : -1;
          spent += sign * Number(parseUnits(order.cumQuote, 8));
          bought += sign * Number(parseUnits(order.executedQty, 8));
        }
        expect(usdt).toEqual({ free: million - spent, locked: 0 });
        expect(btc).toEqual({ free: 10e8 + bought, locked: 0 });
      }),
    );
  });

  it('frees all margin on contract once everything is cancelled and closed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), steps, (seed, list) => {
        const { ledger, book } = contractMarket(seed);
        let end = run('contract', book, list);
        for (const order of book.active()) book.cancel(order, end);
        for (let round = 0; round < 5 && ledger.positions.size > 0; round += 1) {
          for (const { symbol, side, sizeUnits } of ledger.positions.values()) {
            const quantity = formatUnits(sizeUnits, symbol.quantityDecimals);
            const order = {
              type: 'MARKET',
              side: side === 'LONG' ? 'SELL' : 'BUY',
              positionSide: side,
              quantity,
            };
            run('contract', book, [
              { order: { ...order, newClientOrderId: 'close' }, waitMs: 0, cancel: false },
            ]);
          }
          end += 1_000;
        }
        const realised = book.trades.reduce(
          (sum, trade) => sum + Math.round(Number(trade.realizedPnl) * 1e8),
          0,
        );
        expect(ledger.positions.size).toBe(0);
        expect(ledger.frozen).toBe(0);
        expect(ledger.orderMargin).toBe(0);
        expect(Math.abs(ledger.balance - million - realised)).toBeLessThan(book.trades.length + 1);
      }),
    );
  });

  it('never fills an order beyond its quantity or worse than its price', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), steps, (seed, list) => {
        const { orders, book } = spotMarket(seed);
        run('spot', book, list);
        for (const { order, price } of book.trades) {
          if (order.type === 'MARKET') continue;
          const better =
            order.side === 'BUY'
              ? Number(price) <= Number(order.price)
              : Number(price) >= Number(order.price);
          expect(better).toBe(true);
        }
        for (const { origQty, executedQty, status, timeInForce } of orders) {
          expect(Number(executedQty)).toBeLessThanOrEqual(Number(origQty));
          if (status === 'FILLED') expect(Number(executedQty)).toBe(Number(origQty));
          if (timeInForce === 'FOK' && status === 'CANCELED') expect(Number(executedQty)).toBe(0);
        }
      }),
    );
  });

  it('fills a large order in parts, at once and later', () => {
    const { book } = contractMarket(7);
    const bitcoin = symbolOf('contract', 'BTCUSDT');
    const price = formatUnits(new MarketData(7).bestUnits(bitcoin, 0, 'asks') + 10, 1);
    const request = readOrderRequest('contract', {
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '90',
      price,
      newClientOrderId: 'large',
    });
    const order = book.place(request, 0, { delayMs: 0 });
    expect(order.record.status).toBe('PARTIALLY_FILLED');
    const atOnce = order.filledUnits;
    book.settle(300_000);
    expect(order.filledUnits).toBeGreaterThan(atOnce);
  });
});

describe('units', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), fc.integer({ min: 0, max: 8 }), (units, decimals) => {
        expect(parseUnits(formatUnits(units, decimals), decimals)).toBe(units);
      }),
    );
  });

  it.each([
    ['1.5', 1, 15],
    ['1.50', 1, 15],
    ['1.55', 1, 'too-precise'],
    [2, 3, 2_000],
    ['-1', 1, undefined],
    ['1e3', 1, undefined],
    ['', 1, undefined],
    [null, 1, undefined],
    ['9'.repeat(20), 0, undefined],
  ])('reads %j with %d decimals as %j', (text, decimals, units) => {
    expect(parseUnits(text, decimals)).toBe(units);
  });
});
