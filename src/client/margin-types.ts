import type { Decimal } from './types.js';

/** Margin shared by all positions, or separate for each. */
export type MarginType = 'CROSSED' | 'ISOLATED';

/** How a contract is traded. */
export interface SymbolConfig {
  readonly symbol: string;
  readonly marginType: MarginType;
  /** Whether the orders of a side form one position, or one each. */
  readonly separatedType: 'COMBINED' | 'SEPARATED';
  readonly crossLeverage: string;
  readonly isolatedLongLeverage: string;
  readonly isolatedShortLeverage: string;
}

/** The leverages to set for a contract, in the exchange's own field names: at least one of them. */
export interface LeverageRequest {
  readonly symbol: string;
  /** The margin mode. */
  readonly marginType: MarginType;
  /** For `CROSSED`. */
  readonly crossLeverage?: Decimal | undefined;
  /** For `ISOLATED`. */
  readonly isolatedLongLeverage?: Decimal | undefined;
  /** For `ISOLATED`. */
  readonly isolatedShortLeverage?: Decimal | undefined;
}

/** The current leverages; those of the other mode are `'0'`. */
export type LeverageSettings = Omit<SymbolConfig, 'separatedType'>;

/** The margin mode to set for a contract. */
export interface MarginTypeRequest {
  readonly symbol: string;
  readonly marginType: MarginType;
  /** Not every contract supports both. Default: unchanged. */
  readonly separatedType?: 'COMBINED' | 'SEPARATED' | undefined;
}

/** Margin to move to or from an isolated position, in the exchange's own field names. */
export interface PositionMarginRequest {
  /** The `id` of the position. */
  readonly isolatedPositionId: string | number;
  /** In the margin asset, more than 0. */
  readonly amount: Decimal;
  /** 1 adds it to the position, 2 removes it. */
  readonly type: 1 | 2;
}

/** Whether a position takes margin from the account automatically when it runs low. */
export interface AutoAppendRequest {
  /** The `id` of the position. */
  readonly positionId: string | number;
  readonly autoAppendMargin: boolean;
}

/** The answer to a setting. */
export interface Confirmation {
  readonly code: string;
  readonly msg: string;
  /** Milliseconds since 1970. */
  readonly requestTime: number;
}
