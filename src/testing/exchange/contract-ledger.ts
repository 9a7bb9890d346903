import type { Ledger } from './ledger.js';
import { refusedByMatching } from './refusal.js';
import type { WorkingOrder } from './simulated-order.js';
import type { TradingSymbol } from './symbols.js';

/** One side of a symbol that the account holds. Values are in parts of 10^-8 of the quote asset. */
export interface Position {
  readonly id: string;
  readonly symbol: TradingSymbol;
  readonly side: 'LONG' | 'SHORT';
  sizeUnits: number;
  /** What orders that stand are going to close. */
  closingUnits: number;
  openValue: number;
  margin: number;
  openedUnits: number;
  openedValue: number;
  closedUnits: number;
  closedValue: number;
  readonly createdMs: number;
  updatedMs: number;
}

/** The contract account: cross margin, long and short side apart. No fees, funding or liquidation. */
export class ContractLedger implements Ledger {
  readonly asset = 'USDT';
  readonly positions: Map<string, Position> = new Map();
  /** The wallet: deposits and realised profit. */
  balance: number;
  readonly #leverages = new Map<TradingSymbol, number>();
  /** Margin of orders that stand. */
  orderMargin = 0;
  readonly #nextId: () => string;

  constructor(balance: number, nextId: () => string) {
    this.balance = balance;
    this.#nextId = nextId;
  }

  /** 20 unless it was set. */
  leverageOf(symbol: TradingSymbol): number {
    return this.#leverages.get(symbol) ?? 20;
  }

  /** Sets the leverage of a symbol and the margin of what is held of it; throws the refusal. */
  setLeverage(symbol: TradingSymbol, leverage: number): void {
    const held = [...this.positions.values()].filter((position) => position.symbol === symbol);
    const margins = held.map(({ openValue }) => Math.ceil(openValue / leverage));
    const more = margins.reduce((sum, margin, index) => sum + margin - (held[index]?.margin ?? 0), 0);
    if (more > this.balance - this.frozen) {
      throw refusedByMatching('FAILED_PRECONDITION: available amount not enough');
    }
    held.forEach((position, index) => (position.margin = margins[index] ?? 0));
    this.#leverages.set(symbol, leverage);
  }

  /** Margin of orders and positions. */
  get frozen(): number {
    let frozen = this.orderMargin;
    for (const position of this.positions.values()) frozen += position.margin;
    return frozen;
  }

  reserve(order: WorkingOrder, value: number): void {
    if (opens(order)) {
      const margin = Math.ceil(value / this.leverageOf(order.symbol));
      if (margin > this.balance - this.frozen) {
        throw refusedByMatching('FAILED_PRECONDITION: available amount not enough');
      }
      this.orderMargin += margin;
      order.reserved = margin;
      return;
    }
    const position = this.#position(order);
    if (!position || order.quantityUnits > position.sizeUnits - position.closingUnits) {
      throw refusedByMatching('FAILED_PRECONDITION: the order closes more than the position holds');
    }
    position.closingUnits += order.quantityUnits;
    order.reserved = order.quantityUnits;
  }

  fill(order: WorkingOrder, quantityUnits: number, value: number, nowMs: number): number {
    return opens(order)
      ? this.#open(order, quantityUnits, value, nowMs)
      : this.#close(order, quantityUnits, value, nowMs);
  }

  release(order: WorkingOrder): void {
    if (opens(order)) {
      this.orderMargin -= order.reserved;
    } else {
      const position = this.#position(order);
      if (position) position.closingUnits -= order.reserved;
    }
    order.reserved = 0;
  }

  #open(order: WorkingOrder, units: number, value: number, nowMs: number): number {
    const margin = Math.min(order.reserved, Math.ceil(value / this.leverageOf(order.symbol)));
    order.reserved -= margin;
    this.orderMargin -= margin;
    const position = this.#position(order) ?? this.#newPosition(order, nowMs);
    position.sizeUnits += units;
    position.openValue += value;
    position.margin += margin;
    position.openedUnits += units;
    position.openedValue += value;
    position.updatedMs = nowMs;
    return 0;
  }

  #close(order: WorkingOrder, units: number, value: number, nowMs: number): number {
    const position = this.#position(order);
    if (!position) return 0;
    const share = units / position.sizeUnits;
    const openValue = Math.round(position.openValue * share);
    const profit = position.side === 'LONG' ? value - openValue : openValue - value;
    order.reserved -= units;
    position.closingUnits -= units;
    position.sizeUnits -= units;
    position.openValue -= openValue;
    position.margin -= Math.round(position.margin * share);
    position.closedUnits += units;
    position.closedValue += value;
    position.updatedMs = nowMs;
    this.balance += profit;
    if (position.sizeUnits === 0) this.positions.delete(keyOf(order));
    return profit;
  }

  #position(order: WorkingOrder): Position | undefined {
    return this.positions.get(keyOf(order));
  }

  #newPosition(order: WorkingOrder, nowMs: number): Position {
    const position: Position = {
      id: this.#nextId(),
      symbol: order.symbol,
      side: order.record.positionSide ?? 'LONG',
      sizeUnits: 0,
      closingUnits: 0,
      openValue: 0,
      margin: 0,
      openedUnits: 0,
      openedValue: 0,
      closedUnits: 0,
      closedValue: 0,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    this.positions.set(keyOf(order), position);
    return position;
  }
}

function opens({ record }: WorkingOrder): boolean {
  return (record.side === 'BUY') === (record.positionSide === 'LONG');
}

function keyOf({ record }: WorkingOrder): string {
  return `${record.symbol} ${record.positionSide}`;
}
