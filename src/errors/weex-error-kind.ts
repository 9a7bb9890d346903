/** Every value of {@link WEEXError.kind}: the discriminant for `switch`, `matchError` and `ts-pattern`. */
export type WEEXErrorKind =
  | 'unknown'
  | 'authentication'
  | 'rate-limit'
  | SystemErrorKind
  | 'request'
  | 'order'
  | 'outcome-unknown'
  | 'trading-strategy'
  | 'risk-management'
  | 'portfolio';

/** The kinds of `WEEXSystemError` and its subclasses. */
export type SystemErrorKind = 'system' | 'network' | 'timeout' | 'circuit-open' | 'bulkhead-full';

/**
 * Whether a request that can change something took effect. `'not-executed'`: the exchange refused it or never
 * got it. `'unknown'`: it may have been executed.
 */
export type ExecutionStatus = 'not-executed' | 'unknown';
