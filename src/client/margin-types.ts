import type { Decimal } from './types.js';

/** Margin shared by all positions, or of each its own. */
export type MarginType = 'CROSSED' | 'ISOLATED';

/** How a contract is traded. */
export interface SymbolConfig {
  readonly symbol: string;
  readonly marginType: MarginType;
  /** Whether the orders of a side make one position, or each its own. */
  readonly separatedType: 'COMBINED' | 'SEPARATED';
  readonly crossLeverage: string;
  readonly isolatedLongLeverage: string;
  readonly isolatedShortLeverage: string;
}

/** The leverages to set of a contract, in the exchange's own field names: at least one of them. */
export interface LeverageRequest {
  readonly symbol: string;
  /** Which mode is meant. */
  readonly marginType: MarginType;
  /** For `CROSSED`. */
  readonly crossLeverage?: Decimal | undefined;
  /** For `ISOLATED`. */
  readonly isolatedLongLeverage?: Decimal | undefined;
  /** For `ISOLATED`. */
  readonly isolatedShortLeverage?: Decimal | undefined;
}

/** The leverages that are set; those of the other mode are `'0'`. */
export type LeverageSettings = Omit<SymbolConfig, 'separatedType'>;

/** The margin mode to set of a contract. */
export interface MarginTypeRequest {
  readonly symbol: string;
  readonly marginType: MarginType;
  /** Not every contract has both. Default: as it is. */
  readonly separatedType?: 'COMBINED' | 'SEPARATED' | undefined;
}

/** Margin to be moved to or from an isolated position, in the exchange's own field names. */
export interface PositionMarginRequest {
  /** The `id` of the position. */
  readonly isolatedPositionId: string | number;
  /** In the asset of the margin, more than 0. */
  readonly amount: Decimal;
  /** 1 adds it to the position, 2 takes it out. */
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
