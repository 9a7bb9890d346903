import { type AlgoRequest, attachedRequest, triggersUpwards, wrongSide } from './algo-request.js';
import type { AttachedTrigger } from './attached-trigger.js';
import { type MarketData, marketStepMs } from './market-data.js';
import type { DuplicatePolicy, OrderBook, Visibility } from './order-book.js';
import { Refusal, refusedByMatching } from './refusal.js';
import type { SimulatedAlgoOrder } from './simulated-algo-order.js';
import type { WorkingOrder } from './simulated-order.js';
import { formatUnits } from './units.js';

/** A conditional order as the exchange works with it. */
export interface WorkingAlgo {
  readonly record: { -readonly [Field in keyof SimulatedAlgoOrder]: SimulatedAlgoOrder[Field] };
  readonly symbol: AlgoRequest['symbol'];
  readonly attached: readonly AttachedTrigger[];
  quantityUnits: number;
  triggerUnits: number;
  priceUnits: number;
  /** The time from which reads show it. */
  readonly visibleAtMs: number;
}

/** What the book of conditional orders needs to know about the world. */
export interface AlgoBookOptions {
  readonly book: OrderBook;
  readonly marketData: MarketData;
  readonly nextId: () => string;
  readonly duplicates: DuplicatePolicy;
  readonly startedAtMs: number;
  /** Every conditional order is added here when it is accepted. */
  readonly algoOrders: SimulatedAlgoOrder[];
}

const atOnce: Visibility = { delayMs: 0 };

/** The conditional orders of the account: they wait for a price, and place an order when it is reached. */
export class AlgoBook {
  /** Called for every conditional order that was accepted, triggered or cancelled. */
  readonly watchers: Set<(algo: WorkingAlgo) => void> = new Set();
  readonly #options: AlgoBookOptions;
  readonly #all = new Map<string, WorkingAlgo>();
  readonly #waiting = new Set<WorkingAlgo>();
  /** The stops attached to an order: the first one triggered ends the others. */
  readonly #ofOrder = new Map<string, WorkingAlgo[]>();
  #settledStep: number | undefined;

  constructor(options: AlgoBookOptions) {
    this.#options = options;
    options.book.watchers.add((order, trade, nowMs) => {
      if (trade && order.attached.length > 0) this.#attach(order, nowMs);
    });
  }

  /** Accepts a conditional order; throws the refusal. */
  place(request: AlgoRequest, nowMs: number, { delayMs }: Visibility): WorkingAlgo {
    this.settle(nowMs);
    const same = [...this.#waiting].find(({ record }) => record.clientAlgoId === request.clientAlgoId);
    if (same && this.#options.duplicates === 'return-existing') return same;
    if (same && this.#options.duplicates === 'reject') {
      throw refusedByMatching('INVALID_ARGUMENT: the client order id is used by an open order');
    }
    this.#checkSide(request, nowMs);
    return this.#add(request, nowMs, delayMs);
  }

  /** Changes the trigger of a waiting conditional order; throws the refusal. */
  modify(
    algo: WorkingAlgo,
    change: Pick<WorkingAlgo, 'triggerUnits' | 'priceUnits'>,
    workingType: SimulatedAlgoOrder['workingType'],
    nowMs: number,
  ): void {
    const { record, symbol } = algo;
    this.#checkSide({ ...record, symbol, ...change }, nowMs);
    Object.assign(algo, change);
    record.triggerPrice = formatUnits(change.triggerUnits, symbol.priceDecimals);
    record.price = formatUnits(change.priceUnits, symbol.priceDecimals);
    record.workingType = workingType;
    record.updateTime = nowMs;
  }

  /** Cancels a waiting conditional order; returns `false` if it is no longer waiting. */
  cancel(algo: WorkingAlgo, nowMs: number): boolean {
    if (!this.#waiting.delete(algo)) return false;
    algo.record.status = 'CANCELED';
    algo.record.updateTime = nowMs;
    this.#tell(algo);
    return true;
  }

  /** The conditional order with this id. */
  byId(algoId: string): WorkingAlgo | undefined {
    return this.#all.get(algoId);
  }

  /** The waiting ones, oldest first. */
  waiting(): WorkingAlgo[] {
    return [...this.#waiting];
  }

  /** The finished ones, oldest first. */
  finished(): WorkingAlgo[] {
    return [...this.#all.values()].filter((algo) => !this.#waiting.has(algo));
  }

  /** Moves the market on to a time: fills orders and triggers conditional orders, step by step. */
  settle(nowMs: number): void {
    const { book, marketData, startedAtMs } = this.#options;
    const lastStep = marketData.stepAt(nowMs - startedAtMs);
    const firstStep = (this.#settledStep ?? lastStep) + 1;
    this.#settledStep = lastStep;
    const mayTrigger = this.#waiting.size > 0 || book.active().some(({ attached }) => attached.length > 0);
    const lastToWatch = mayTrigger ? lastStep : -1;
    for (let step = firstStep; step <= lastToWatch; step += 1) {
      const stepMs = startedAtMs + step * marketStepMs;
      book.settle(stepMs);
      for (const algo of this.#waiting) {
        if (this.#isSetOff(algo, step)) this.#trigger(algo, stepMs);
      }
    }
    book.settle(nowMs);
  }

  #isSetOff(algo: Pick<WorkingAlgo, 'symbol' | 'triggerUnits' | 'record'>, step: number): boolean {
    const price = this.#options.marketData.midUnits(algo.symbol, step);
    return triggersUpwards(algo.record) ? price >= algo.triggerUnits : price <= algo.triggerUnits;
  }

  #checkSide(
    request: Pick<AlgoRequest, 'symbol' | 'triggerUnits' | 'orderType' | 'side'>,
    nowMs: number,
  ): void {
    const { marketData, startedAtMs } = this.#options;
    const price = marketData.midUnits(request.symbol, marketData.stepAt(nowMs - startedAtMs));
    const passed = triggersUpwards(request) ? price >= request.triggerUnits : price <= request.triggerUnits;
    if (passed) throw wrongSide();
  }

  #trigger(algo: WorkingAlgo, nowMs: number): void {
    const { record, symbol, attached, priceUnits, quantityUnits } = algo;
    this.#waiting.delete(algo);
    record.triggerTime = nowMs;
    record.updateTime = nowMs;
    record.status = 'FILLED';
    for (const other of this.#ofOrder.get(record.algoId) ?? []) this.cancel(other, nowMs);
    // It closes nothing, as observed on the exchange.
    if (quantityUnits === 0) {
      this.#tell(algo);
      return;
    }
    try {
      const { orderId } = this.#options.book.place(
        {
          symbol,
          side: record.side,
          positionSide: record.positionSide,
          type: priceUnits === 0 ? 'MARKET' : 'LIMIT',
          timeInForce: priceUnits === 0 ? 'IOC' : 'GTC',
          priceUnits,
          quantityUnits,
          clientOrderId: undefined,
          attached,
        },
        nowMs,
        atOnce,
      ).record;
      record.actualOrderId = orderId;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record.status = 'CANCELED';
    }
    this.#tell(algo);
  }

  /** Creates the stops of an order when it is filled, or adds what was filled since. */
  #attach(order: WorkingOrder, nowMs: number): void {
    const { record, symbol, attached, filledUnits } = order;
    const { positionSide } = record;
    if (positionSide === undefined) return;
    const known = this.#ofOrder.get(record.orderId);
    if (known) {
      for (const algo of known) {
        algo.quantityUnits = filledUnits;
        algo.record.quantity = formatUnits(filledUnits, symbol.quantityDecimals);
      }
      return;
    }
    const made = attached.map((trigger) =>
      this.#add(attachedRequest(trigger, { symbol, positionSide, quantityUnits: filledUnits }), nowMs, 0),
    );
    this.#ofOrder.set(record.orderId, made);
    for (const algo of made) {
      this.#ofOrder.set(
        algo.record.algoId,
        made.filter((other) => other !== algo),
      );
    }
  }

  #add(request: AlgoRequest, nowMs: number, delayMs: number): WorkingAlgo {
    const { symbol, attached, quantityUnits, triggerUnits, priceUnits } = request;
    const algoId = this.#options.nextId();
    const algo: WorkingAlgo = {
      record: {
        symbol: symbol.symbol,
        algoId,
        clientAlgoId: request.clientAlgoId ?? `sim${algoId}`,
        origin: request.origin,
        orderType: request.orderType,
        side: request.side,
        positionSide: request.positionSide,
        quantity: formatUnits(quantityUnits, symbol.quantityDecimals),
        triggerPrice: formatUnits(triggerUnits, symbol.priceDecimals),
        price: formatUnits(priceUnits, symbol.priceDecimals),
        workingType: request.workingType,
        status: 'UNTRIGGERED',
        actualOrderId: undefined,
        createTime: nowMs,
        updateTime: nowMs,
        triggerTime: 0,
      },
      symbol,
      attached,
      quantityUnits,
      triggerUnits,
      priceUnits,
      visibleAtMs: nowMs + delayMs,
    };
    this.#all.set(algoId, algo);
    this.#waiting.add(algo);
    this.#options.algoOrders.push(algo.record);
    this.#tell(algo);
    return algo;
  }

  #tell(algo: WorkingAlgo): void {
    for (const watcher of this.watchers) watcher(algo);
  }
}
