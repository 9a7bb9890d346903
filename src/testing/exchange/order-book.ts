import { checkAttached } from './attached-trigger.js';
import type { Ledger } from './ledger.js';
import type { BookLevel, MarketData } from './market-data.js';
import type { OrderRequest } from './order-request.js';
import { Refusal, refusedByMatching } from './refusal.js';
import { isActive, type SimulatedOrder, type Trade, type WorkingOrder } from './simulated-order.js';
import type { TradingSymbol } from './symbols.js';
import { formatAmount, formatUnits, partsOfOne } from './units.js';

/** What happens to an order whose client id belongs to an open order. */
export type DuplicatePolicy = 'accept' | 'reject' | 'return-existing';

/** What an order book needs to know about the world. */
export interface OrderBookOptions {
  readonly ledger: Ledger;
  readonly marketData: MarketData;
  readonly nextId: () => string;
  readonly duplicates: DuplicatePolicy;
  readonly startedAtMs: number;
  /** Every order is added here when it is accepted. */
  readonly orders: SimulatedOrder[];
}

/** By how much reads are delayed. */
export interface Visibility {
  readonly delayMs: number;
}

/** Called when an order is accepted, filled or finished. */
export type BookWatcher = (order: WorkingOrder, trade: Trade | undefined, nowMs: number) => void;

/** The orders of the account on one market, and their matching against the moving market. */
export class OrderBook {
  readonly trades: Trade[] = [];
  /** Called for every change of an order, with the fill if there is one. */
  readonly watchers: Set<BookWatcher> = new Set();
  readonly #options: OrderBookOptions;
  readonly #orders = new Map<string, WorkingOrder>();
  readonly #active = new Set<WorkingOrder>();
  readonly #byClientId = new Map<string, WorkingOrder[]>();
  #settledStep: number | undefined;

  constructor(options: OrderBookOptions) {
    this.#options = options;
  }

  /** Accepts an order, matches it with the market and leaves the rest open; throws the refusal. */
  place(request: OrderRequest, nowMs: number, visibility: Visibility): WorkingOrder {
    this.settle(nowMs);
    const standing = this.#duplicateOf(request);
    if (standing && this.#options.duplicates === 'return-existing') return standing;
    if (standing && this.#options.duplicates === 'reject') {
      throw refusedByMatching('INVALID_ARGUMENT: the client order id is used by an open order');
    }
    const order = this.#newOrder(request, nowMs, visibility);
    const fills = this.#matchWithMarket(request, nowMs);
    checkAttached(request.attached ?? [], request.positionSide, this.#referenceOf(request, nowMs));
    const filled = fills.reduce((sum, fill) => sum + fill.quantityUnits, 0);
    const rest = request.quantityUnits - filled;
    const rests = rest > 0 && request.type === 'LIMIT' && request.timeInForce !== 'IOC';
    const kill = rest > 0 && request.timeInForce === 'FOK';
    const restValue = rests ? valueOf(request.symbol, request.priceUnits, rest) : 0;
    const fillValue = fills.reduce(
      (sum, fill) => sum + valueOf(request.symbol, fill.priceUnits, fill.quantityUnits),
      0,
    );
    if (!kill) this.#options.ledger.reserve(order, fillValue + restValue);

    this.#add(order);
    this.#tell(order, undefined, nowMs);
    if (!kill) for (const fill of fills) this.#fill(order, fill, false, nowMs);
    if (isActive(order) && (kill || !rests)) this.#finish(order, 'CANCELED', nowMs);
    return order;
  }

  /** Cancels an open order; returns `false` if it was already filled or cancelled. */
  cancel(order: WorkingOrder, nowMs: number): boolean {
    if (!isActive(order)) return false;
    this.#finish(order, 'CANCELED', nowMs);
    return true;
  }

  /** The order with this id, whether reads show it yet or not. */
  byId(orderId: string): WorkingOrder | undefined {
    return this.#orders.get(orderId);
  }

  /** The newest order with this client id, open orders before finished ones. */
  byClientId(clientOrderId: string): WorkingOrder | undefined {
    const orders = this.#byClientId.get(clientOrderId);
    return orders?.findLast(isActive) ?? orders?.at(-1);
  }

  /** The open orders, oldest first. */
  active(): WorkingOrder[] {
    return [...this.#active];
  }

  /** All orders, oldest first. */
  all(): Iterable<WorkingOrder> {
    return this.#orders.values();
  }

  /** Fills what the market has crossed since the last call. */
  settle(nowMs: number): void {
    const { marketData, startedAtMs } = this.#options;
    const lastStep = marketData.stepAt(nowMs - startedAtMs);
    const firstStep = (this.#settledStep ?? lastStep) + 1;
    this.#settledStep = lastStep;
    for (let step = firstStep; step <= lastStep && this.#active.size > 0; step += 1) {
      const best = new Map<string, number>();
      for (const order of this.#active) this.#fillFromStep(order, step, best, nowMs);
    }
  }

  #fillFromStep(order: WorkingOrder, step: number, best: Map<string, number>, nowMs: number): void {
    const { symbol } = order;
    const buying = order.record.side === 'BUY';
    const key = `${symbol.symbol} ${order.record.side}`;
    const price = best.get(key) ?? this.#options.marketData.bestUnits(symbol, step, buying ? 'asks' : 'bids');
    best.set(key, price);
    if (buying ? price > order.priceUnits : price < order.priceUnits) return;
    const { asks, bids } = this.#options.marketData.book(symbol, step);
    const available = (buying ? asks : bids)[0]?.quantityUnits ?? 0;
    const quantityUnits = Math.min(available, order.quantityUnits - order.filledUnits);
    this.#fill(order, { priceUnits: order.priceUnits, quantityUnits }, true, nowMs);
  }

  #duplicateOf({ clientOrderId }: OrderRequest): WorkingOrder | undefined {
    if (clientOrderId === undefined) return undefined;
    return this.#byClientId.get(clientOrderId)?.findLast(isActive);
  }

  #add(order: WorkingOrder): void {
    const { orderId, clientOrderId } = order.record;
    this.#orders.set(orderId, order);
    this.#active.add(order);
    this.#options.orders.push(order.record);
    const sameClientId = this.#byClientId.get(clientOrderId);
    if (sameClientId) sameClientId.push(order);
    else this.#byClientId.set(clientOrderId, [order]);
  }

  #newOrder(request: OrderRequest, nowMs: number, { delayMs }: Visibility): WorkingOrder {
    const { symbol } = request;
    const orderId = this.#options.nextId();
    return {
      record: {
        market: symbol.market,
        symbol: symbol.symbol,
        orderId,
        clientOrderId: request.clientOrderId ?? `sim${orderId}`,
        side: request.side,
        positionSide: request.positionSide,
        type: request.type,
        timeInForce: request.timeInForce,
        price: formatUnits(request.priceUnits, symbol.priceDecimals),
        origQty: formatUnits(request.quantityUnits, symbol.quantityDecimals),
        executedQty: '0',
        cumQuote: '0',
        avgPrice: '0',
        status: 'NEW',
        time: nowMs,
        updateTime: nowMs,
      },
      symbol,
      priceUnits: request.priceUnits,
      quantityUnits: request.quantityUnits,
      attached: request.attached ?? [],
      filledUnits: 0,
      filledValue: 0,
      reserved: 0,
      visibleAtMs: nowMs + delayMs,
      inHistoryAtMs: Number.POSITIVE_INFINITY,
      historyDelayMs: delayMs,
    };
  }

  /** The price with which the stops of an order are compared: its own, or that of the market. */
  #referenceOf({ priceUnits, symbol }: OrderRequest, nowMs: number): number {
    const { marketData, startedAtMs } = this.#options;
    return priceUnits || marketData.midUnits(symbol, marketData.stepAt(nowMs - startedAtMs));
  }

  #matchWithMarket(request: OrderRequest, nowMs: number): BookLevel[] {
    const { marketData, startedAtMs } = this.#options;
    const step = marketData.stepAt(nowMs - startedAtMs);
    const buying = request.side === 'BUY';
    const crosses = (priceUnits: number) =>
      request.type === 'MARKET' ||
      (buying ? priceUnits <= request.priceUnits : priceUnits >= request.priceUnits);
    if (!crosses(marketData.bestUnits(request.symbol, step, buying ? 'asks' : 'bids'))) return [];
    if (request.timeInForce === 'POST_ONLY') {
      throw refusedByMatching('FAILED_PRECONDITION: a post-only order would have been filled at once');
    }
    const book = marketData.book(request.symbol, step);
    const fills: BookLevel[] = [];
    let rest = request.quantityUnits;
    for (const level of buying ? book.asks : book.bids) {
      if (rest === 0 || !crosses(level.priceUnits)) break;
      const quantityUnits = Math.min(rest, level.quantityUnits);
      fills.push({ priceUnits: level.priceUnits, quantityUnits });
      rest -= quantityUnits;
    }
    return fills;
  }

  #fill(order: WorkingOrder, { priceUnits, quantityUnits }: BookLevel, maker: boolean, nowMs: number): void {
    if (quantityUnits === 0) return;
    const { symbol } = order;
    const value = valueOf(symbol, priceUnits, quantityUnits);
    const profit = this.#options.ledger.fill(order, quantityUnits, value, nowMs);
    order.filledUnits += quantityUnits;
    order.filledValue += value;
    const average = order.filledValue / partsOfOne / (order.filledUnits / 10 ** symbol.quantityDecimals);
    order.record.executedQty = formatUnits(order.filledUnits, symbol.quantityDecimals);
    order.record.cumQuote = formatAmount(order.filledValue);
    order.record.avgPrice = average.toFixed(symbol.priceDecimals);
    order.record.status = 'PARTIALLY_FILLED';
    order.record.updateTime = nowMs;
    const trade: Trade = {
      id: this.#options.nextId(),
      order: order.record,
      price: formatUnits(priceUnits, symbol.priceDecimals),
      qty: formatUnits(quantityUnits, symbol.quantityDecimals),
      quoteQty: formatAmount(value),
      realizedPnl: formatAmount(profit),
      maker,
      time: nowMs,
    };
    this.trades.push(trade);
    this.#tell(order, trade, nowMs);
    if (order.filledUnits === order.quantityUnits) this.#finish(order, 'FILLED', nowMs);
  }

  #finish(order: WorkingOrder, status: 'FILLED' | 'CANCELED', nowMs: number): void {
    this.#options.ledger.release(order);
    order.record.status = status;
    order.record.updateTime = nowMs;
    order.inHistoryAtMs = Math.max(order.visibleAtMs, nowMs + order.historyDelayMs);
    this.#active.delete(order);
    this.#tell(order, undefined, nowMs);
  }

  #tell(order: WorkingOrder, trade: Trade | undefined, nowMs: number): void {
    for (const watcher of this.watchers) watcher(order, trade, nowMs);
  }
}

/** The refusal for an unknown order. */
export function unknownOrder(market: 'spot' | 'contract'): Refusal {
  return new Refusal(400, market === 'spot' ? -2200 : -3200, 'The order does not exist.');
}

function valueOf(symbol: TradingSymbol, priceUnits: number, quantityUnits: number): number {
  return priceUnits * quantityUnits * 10 ** (8 - symbol.priceDecimals - symbol.quantityDecimals);
}
