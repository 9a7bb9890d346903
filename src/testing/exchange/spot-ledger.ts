import type { Ledger } from './ledger.js';
import { refusedByMatching } from './refusal.js';
import type { WorkingOrder } from './simulated-order.js';
import type { TradingSymbol } from './symbols.js';

/** What an account holds of an asset, in parts of 10^-8. */
export interface AssetBalance {
  free: number;
  locked: number;
}

/** One line of the account: an asset received or spent by a fill. */
export interface SpotBill {
  readonly id: string;
  readonly asset: string;
  readonly change: number;
  readonly after: number;
  readonly timeMs: number;
}

/** The spot account: buying locks the quote asset, selling locks the base asset. No fees. */
export class SpotLedger implements Ledger {
  readonly balances: Map<string, AssetBalance>;
  /** Oldest first. */
  readonly bills: SpotBill[] = [];
  readonly #nextBillId: () => string;

  constructor(balances: Readonly<Record<string, number>>, nextBillId: () => string) {
    this.#nextBillId = nextBillId;
    this.balances = new Map(Object.entries(balances).map(([asset, free]) => [asset, { free, locked: 0 }]));
  }

  reserve(order: WorkingOrder, value: number): void {
    const { symbol } = order;
    const buying = order.record.side === 'BUY';
    const amount = buying ? value : baseParts(symbol, order.quantityUnits);
    const balance = this.#balance(buying ? symbol.quoteAsset : symbol.baseAsset);
    if (amount > balance.free) throw refusedByMatching('FAILED_PRECONDITION: available amount not enough');
    balance.free -= amount;
    balance.locked += amount;
    order.reserved = amount;
  }

  fill(order: WorkingOrder, quantityUnits: number, value: number, nowMs: number): number {
    const { symbol } = order;
    const quantity = baseParts(symbol, quantityUnits);
    const buying = order.record.side === 'BUY';
    const [paid, got] = buying ? [value, quantity] : [quantity, value];
    const [paidIn, gotIn] = buying
      ? [symbol.quoteAsset, symbol.baseAsset]
      : [symbol.baseAsset, symbol.quoteAsset];
    this.#balance(paidIn).locked -= paid;
    order.reserved -= paid;
    this.#balance(gotIn).free += got;
    this.#book(paidIn, -paid, nowMs);
    this.#book(gotIn, got, nowMs);
    return 0;
  }

  release(order: WorkingOrder): void {
    const { symbol } = order;
    const balance = this.#balance(order.record.side === 'BUY' ? symbol.quoteAsset : symbol.baseAsset);
    balance.locked -= order.reserved;
    balance.free += order.reserved;
    order.reserved = 0;
  }

  #book(asset: string, change: number, timeMs: number): void {
    const { free, locked } = this.#balance(asset);
    this.bills.push({ id: this.#nextBillId(), asset, change, after: free + locked, timeMs });
  }

  #balance(asset: string): AssetBalance {
    let balance = this.balances.get(asset);
    if (!balance) this.balances.set(asset, (balance = { free: 0, locked: 0 }));
    return balance;
  }
}

function baseParts(symbol: TradingSymbol, quantityUnits: number): number {
  return quantityUnits * 10 ** (8 - symbol.quantityDecimals);
}
