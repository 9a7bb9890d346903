import { setTimeout as wait } from 'node:timers/promises';
import { isWEEXError, mintClientOrderId, toWeexError } from 'weex-resilience';
import type { Market, Operation, WantedOrder } from './market.js';
import type { OrderIntent, OrderReport } from './order-intents.js';

/** A call as the trader saw it. */
export interface TraderCall {
  readonly operation: Operation;
  /** The kind of its failure; absent after a success. */
  readonly failure: string | undefined;
  readonly tookMs: number;
}

/** What a trader works with. */
export interface Desk {
  readonly market: Market;
  readonly symbol: TradedSymbol;
  /** Decides what the trader does next. */
  readonly random: () => number;
  /** Where it records the wanted orders, and what was reported about them. */
  readonly intents: OrderIntent[];
  readonly calls: TraderCall[];
  /** The time of the day, and when no new round starts. */
  readonly elapsedMs: () => number;
  readonly lengthMs: number;
  /** Aborts when no new round may start, if that time is not known beforehand. */
  readonly bell?: AbortSignal;
  /** Ends the calls in progress. */
  readonly signal: AbortSignal;
}

/** What is traded, and in which steps. */
export interface TradedSymbol {
  readonly symbol: string;
  readonly priceDecimals: number;
  readonly quantity: string;
}

/** Contracts of the simulated exchange. */
const tradedSymbols: readonly TradedSymbol[] = [
  { symbol: 'BTCUSDT', priceDecimals: 1, quantity: '0.001' },
  { symbol: 'ETHUSDT', priceDecimals: 2, quantity: '0.01' },
  { symbol: 'SOLUSDT', priceDecimals: 2, quantity: '0.5' },
  { symbol: 'DOGEUSDT', priceDecimals: 5, quantity: '100' },
];

/** What a trader trades; each trades one contract. */
export function symbolOf(trader: number): TradedSymbol {
  return tradedSymbols[trader % tradedSymbols.length] as TradedSymbol;
}

/** How often a trader does what, in 100 rounds. */
const habits = [
  ['readPrice', 6],
  ['readBalance', 16],
  ['readOpenOrders', 26],
  ['placeLimitOrder', 18],
  ['placeMarketOrder', 10],
  ['cancelOldest', 24],
] as const;

type Habit = (typeof habits)[number][0];

/** The longest pause between two rounds; the shortest is 0. */
const longestPauseMs = 1_200;

/**
 * Trades until the day is over. Only chance decides what it does, and when: a round starts at its time even if
 * calls of earlier ones are still running, so the same seed produces the same orders for every client.
 */
export async function trade(desk: Desk): Promise<void> {
  const { elapsedMs, lengthMs, random, signal, bell = signal } = desk;
  const trader = new Trader(desk);
  const rounds = [trader.readPrice()];
  for (let atMs = 0; !bell.aborted; ) {
    atMs += longestPauseMs * random();
    if (atMs > lengthMs) break;
    await wait(Math.max(0, atMs - elapsedMs()), undefined, { signal: bell }).catch(() => undefined);
    if (bell.aborted) break;
    rounds.push(trader[pick(random())]());
  }
  await Promise.all(rounds);
}

class Trader implements Record<Habit, () => Promise<void>> {
  readonly #desk: Desk;
  readonly #resting: OrderIntent[] = [];
  #price: number | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async readPrice(): Promise<void> {
    const { market, signal, symbol } = this.#desk;
    await this.#call('getTicker', async () => {
      const { lastPrice } = await market.getTicker(symbol.symbol, { signal });
      this.#price = Number(lastPrice);
    });
  }

  async readBalance(): Promise<void> {
    const { market, signal } = this.#desk;
    await this.#call('getAccountBalance', () => market.getAccountBalance({ signal }));
  }

  async readOpenOrders(): Promise<void> {
    const { market, signal, symbol } = this.#desk;
    await this.#call('getOpenOrders', () => market.getOpenOrders(symbol.symbol, { signal }));
  }

  /** An order far from the market that rests until it is cancelled. */
  async placeLimitOrder(): Promise<void> {
    if (this.#price === undefined) return this.readPrice();
    const { priceDecimals } = this.#desk.symbol;
    const order = this.#newOrder();
    const price = (this.#price * (order.side === 'BUY' ? 0.9 : 1.1)).toFixed(priceDecimals);
    const intent = await this.#place({ ...order, type: 'LIMIT', timeInForce: 'GTC', price });
    if (intent.report === 'placed') this.#resting.push(intent);
  }

  async placeMarketOrder(): Promise<void> {
    await this.#place({ ...this.#newOrder(), type: 'MARKET' });
  }

  /** An order that cannot be cancelled stays: nothing is cleaned up by hand here. */
  async cancelOldest(): Promise<void> {
    const intent = this.#resting.shift();
    if (!intent) return this.readOpenOrders();
    const { market, signal, symbol } = this.#desk;
    const reference = { symbol: symbol.symbol, clientOrderId: intent.order.newClientOrderId };
    const error = await this.#call('cancelOrder', () => market.cancelOrder(reference, { signal }));
    intent.cancel = error === undefined ? 'cancelled' : 'failed';
  }

  #newOrder(): Omit<WantedOrder, 'type'> {
    const { random, symbol } = this.#desk;
    const long = random() < 0.5;
    return {
      symbol: symbol.symbol,
      side: long ? 'BUY' : 'SELL',
      positionSide: long ? 'LONG' : 'SHORT',
      quantity: symbol.quantity,
      newClientOrderId: mintClientOrderId(),
    };
  }

  async #place(order: WantedOrder): Promise<OrderIntent> {
    const { elapsedMs, intents, market, signal } = this.#desk;
    // Recorded before it is sent, as a program that may be interrupted must do.
    const intent: OrderIntent = { order, wantedAtMs: elapsedMs(), report: 'unknown' };
    intents.push(intent);
    const error = await this.#call('placeOrder', () => market.placeOrder(order, { signal }));
    if (error === undefined) intent.report = 'placed';
    else if (signal.aborted) intent.unfinished = true;
    else intent.report = reportOf(error);
    return intent;
  }

  /** Makes a call and records it; an error is returned instead of thrown. */
  async #call(operation: Operation, call: () => Promise<unknown>): Promise<unknown> {
    const { calls, elapsedMs, signal } = this.#desk;
    const startedMs = elapsedMs();
    const note = (failure: string | undefined): void =>
      void calls.push({ operation, failure, tookMs: elapsedMs() - startedMs });
    try {
      await call();
      note(undefined);
      return undefined;
    } catch (error) {
      if (!signal.aborted) note(kindOf(error));
      return error;
    }
  }
}

function pick(chance: number): Habit {
  let left = chance * 100;
  for (const [habit, share] of habits) {
    left -= share;
    if (left < 0) return habit;
  }
  return 'readOpenOrders';
}

// What other clients throw is classified by the same table as our own errors, so that all are measured alike.
function reportOf(error: unknown): OrderReport {
  return toWeexError(error)?.executionStatus === 'not-executed' ? 'not placed' : 'unknown';
}

function kindOf(error: unknown): string {
  return (isWEEXError(error) ? error : toWeexError(error))?.kind ?? 'unknown';
}
