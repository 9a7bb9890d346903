import { createIds } from './ids.js';
import type { Ledger } from './ledger.js';
import { refusedByMatching } from './refusal.js';
import type { WorkingOrder } from './simulated-order.js';
import type { TradingSymbol } from './symbols.js';
import { formatAmount } from './units.js';

/** One side of a symbol that the account holds. Values are in parts of 10^-8 of the quote asset. */
export interface Position {
  readonly id: string;
  readonly symbol: TradingSymbol;
  readonly side: 'LONG' | 'SHORT';
  readonly marginType: MarginType;
  sizeUnits: number;
  /** What open orders will close. */
  closingUnits: number;
  openValue: number;
  margin: number;
  /** What was manually added to the margin of an isolated position. */
  addedMargin: number;
  autoAppendsMargin: boolean;
  openedUnits: number;
  openedValue: number;
  closedUnits: number;
  closedValue: number;
  /** The funding paid; negative if it was received. */
  fundingFee: number;
  readonly createdMs: number;
  updatedMs: number;
}

export type MarginType = 'CROSSED' | 'ISOLATED';

/** How a symbol is traded. */
export interface SymbolSettings {
  readonly marginType: MarginType;
  readonly crossLeverage: number;
  readonly isolatedLongLeverage: number;
  readonly isolatedShortLeverage: number;
}

/** One line of the account: what changed its balance, or a position that was opened. */
export interface Bill {
  readonly id: string;
  readonly symbol: string | undefined;
  readonly type: string;
  readonly income: number;
  readonly balance: number;
  readonly timeMs: number;
}

const usualSettings: SymbolSettings = {
  marginType: 'CROSSED',
  crossLeverage: 20,
  isolatedLongLeverage: 20,
  isolatedShortLeverage: 20,
};

/** The initial state of a contract account. */
export interface ContractLedgerOptions {
  readonly asset: 'USDT' | 'SUSDT';
  readonly balance: number;
  readonly seed: number | string;
  readonly startedAtMs: number;
  readonly nextId: () => string;
}

/** The contract account: crossed or isolated margin, with separate long and short sides. No fees or liquidation. */
export class ContractLedger implements Ledger {
  readonly asset: ContractLedgerOptions['asset'];
  readonly positions: Map<string, Position> = new Map();
  /** Oldest first. */
  readonly bills: Bill[] = [];
  /** The wallet: deposits, realised profit and funding. */
  balance = 0;
  readonly #settings = new Map<TradingSymbol, SymbolSettings>();
  /** Margin of open orders. */
  orderMargin = 0;
  readonly #nextId: () => string;
  /** Separate, so that bills do not change the ids of orders. */
  readonly #nextBillId: () => string;

  constructor({ asset, balance, nextId, seed, startedAtMs }: ContractLedgerOptions) {
    this.asset = asset;
    this.#nextId = nextId;
    this.#nextBillId = createIds(`${seed}\n${asset}\nbills`);
    if (balance > 0) this.#book('deposit', undefined, balance, startedAtMs);
  }

  /** Crossed with a leverage of 20, unless changed. */
  settingsOf(symbol: TradingSymbol): SymbolSettings {
    return this.#settings.get(symbol) ?? usualSettings;
  }

  /** The leverage with which a side of a symbol is opened. */
  leverageOf(symbol: TradingSymbol, side: Position['side']): number {
    const settings = this.settingsOf(symbol);
    if (settings.marginType === 'CROSSED') return settings.crossLeverage;
    return side === 'LONG' ? settings.isolatedLongLeverage : settings.isolatedShortLeverage;
  }

  /** Changes how a symbol is traded, and the margin of its positions; throws the refusal. */
  set(symbol: TradingSymbol, changes: Partial<SymbolSettings>): void {
    const before = this.settingsOf(symbol);
    const held = [...this.positions.values()].filter((position) => position.symbol === symbol);
    const margins = held.map(({ margin }) => margin);
    this.#settings.set(symbol, { ...before, ...changes });
    for (const position of held) {
      position.margin = Math.ceil(position.openValue / this.leverageOf(symbol, position.side));
    }
    if (this.frozen <= this.balance) return;
    this.#settings.set(symbol, before);
    held.forEach((position, index) => (position.margin = margins[index] ?? 0));
    throw notEnough();
  }

  /** Adds margin to an isolated position, or removes added margin if negative. Throws the refusal. */
  moveMargin(position: Position, amount: number): void {
    if (position.marginType !== 'ISOLATED') {
      throw refusedByMatching('FAILED_PRECONDITION: the margin mode of the position is not isolated');
    }
    const available = amount > 0 ? this.balance - this.frozen : position.addedMargin;
    if (Math.abs(amount) > available) {
      throw refusedByMatching(
        'FAILED_PRECONDITION: Move margin available amount not enough. ' +
          `Move out available amount is ${formatAmount(available)}, move out amount is ${formatAmount(Math.abs(amount))}`,
      );
    }
    position.addedMargin += amount;
  }

  /** Pays or receives the funding of a position. */
  payFunding(position: Position, amount: number, timeMs: number): void {
    position.fundingFee += amount;
    position.updatedMs = timeMs;
    this.#book('position_funding', position.symbol, -amount, timeMs);
  }

  /** Margin of orders and positions. */
  get frozen(): number {
    let frozen = this.orderMargin;
    for (const { margin, addedMargin } of this.positions.values()) frozen += margin + addedMargin;
    return frozen;
  }

  reserve(order: WorkingOrder, value: number): void {
    if (opens(order)) {
      const margin = Math.ceil(value / this.#leverageOf(order));
      if (margin > this.balance - this.frozen) throw notEnough();
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
    const isOpening = opens(order);
    const profit = isOpening
      ? this.#open(order, quantityUnits, value, nowMs)
      : this.#close(order, quantityUnits, value, nowMs);
    const side = String(order.record.positionSide).toLowerCase();
    this.#book(`position_${isOpening ? 'open' : 'close'}_${side}`, order.symbol, profit, nowMs);
    return profit;
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
    const margin = Math.min(order.reserved, Math.ceil(value / this.#leverageOf(order)));
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
    position.addedMargin -= Math.round(position.addedMargin * share);
    position.closedUnits += units;
    position.closedValue += value;
    position.updatedMs = nowMs;
    if (position.sizeUnits === 0) this.positions.delete(keyOf(order));
    return profit;
  }

  #book(type: string, symbol: TradingSymbol | undefined, income: number, timeMs: number): void {
    this.balance += income;
    const { balance } = this;
    this.bills.push({ id: this.#nextBillId(), symbol: symbol?.symbol, type, income, balance, timeMs });
  }

  #leverageOf({ record, symbol }: WorkingOrder): number {
    return this.leverageOf(symbol, record.positionSide ?? 'LONG');
  }

  #position(order: WorkingOrder): Position | undefined {
    return this.positions.get(keyOf(order));
  }

  #newPosition(order: WorkingOrder, nowMs: number): Position {
    const position: Position = {
      id: this.#nextId(),
      symbol: order.symbol,
      side: order.record.positionSide ?? 'LONG',
      marginType: this.settingsOf(order.symbol).marginType,
      sizeUnits: 0,
      closingUnits: 0,
      openValue: 0,
      margin: 0,
      addedMargin: 0,
      autoAppendsMargin: false,
      openedUnits: 0,
      openedValue: 0,
      closedUnits: 0,
      closedValue: 0,
      fundingFee: 0,
      createdMs: nowMs,
      updatedMs: nowMs,
    };
    this.positions.set(keyOf(order), position);
    return position;
  }
}

function notEnough(): Error {
  return refusedByMatching('FAILED_PRECONDITION: available amount not enough');
}

function opens({ record }: WorkingOrder): boolean {
  return (record.side === 'BUY') === (record.positionSide === 'LONG');
}

function keyOf({ record }: WorkingOrder): string {
  return `${record.symbol} ${record.positionSide}`;
}
