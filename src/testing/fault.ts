/** Which requests a fault hits, and when. Fields that are left out do not restrict it. */
export interface FaultTarget {
  /**
   * An operation (`'placeOrder'`), an operation of one market (`'spot.placeOrder'`), a request
   * (`'POST /capi/v3/order'`), or a group: `'reads'`, `'writes'`, `'spot'`, `'contract'`, `'public'`, `'private'`.
   */
  readonly endpoint?: string | readonly string[] | undefined;
  /** The start, in milliseconds since the start of the exchange or of the phase, or since the fault was injected. */
  readonly fromMs?: number | undefined;
  /** The end, on the same scale. */
  readonly untilMs?: number | undefined;
  /** From 0 to 1. Drawn from the seed and the number of the request among those of its operation. */
  readonly probability?: number | undefined;
  /** How many matching requests pass unaffected first, all operations together. */
  readonly skip?: number | undefined;
  /** How many requests it hits at most, all operations together. */
  readonly count?: number | undefined;
}

/** What goes wrong, by `kind`. `executed`: whether the exchange executes the request nevertheless. */
export type FaultEffect =
  /** The request is executed, then the connection closes without an answer. */
  | { readonly kind: 'lost-reply' }
  /** The connection is reset before anything is executed. */
  | { readonly kind: 'reset' }
  /** No answer, and the connection stays open. `executed` is `false` by default. */
  | { readonly kind: 'hang'; readonly executed?: boolean | undefined }
  /**
   * Executed later and answered after that, even if the client has gone. `jitterMs` adds up to that much, drawn from
   * the seed. `executed: true`: executed at once, only the answer is late.
   */
  | {
      readonly kind: 'delay';
      readonly delayMs: number;
      readonly jitterMs?: number | undefined;
      readonly executed?: boolean | undefined;
    }
  /** The body arrives slowly over this time. */
  | { readonly kind: 'slow-body'; readonly durationMs: number }
  /** The request is executed; the connection breaks in the middle of the body. */
  | { readonly kind: 'truncated-body' }
  /** The request is executed; the body stops in the middle of the JSON, with correct framing. */
  | { readonly kind: 'malformed-json' }
  /**
   * HTTP 429. `banMs`: every request of the address is refused for this long; `restarts`: each of them starts that
   * time again.
   */
  | {
      readonly kind: 'rate-limit';
      readonly banMs?: number | undefined;
      readonly restarts?: boolean | undefined;
      readonly retryAfterSeconds?: number | undefined;
    }
  /** HTTP 500 (or `status`) with an unknown error as JSON. */
  | {
      readonly kind: 'server-error';
      readonly status?: number | undefined;
      readonly executed?: boolean | undefined;
    }
  /** An HTML page of a proxy, with HTTP 502 (or `status`). */
  | {
      readonly kind: 'proxy-html';
      readonly status?: number | undefined;
      readonly executed?: boolean | undefined;
    }
  /** A refusal for a business reason: HTTP 500 with code -1054 by default. */
  | {
      readonly kind: 'refusal';
      readonly status?: number | undefined;
      readonly code?: number | string | undefined;
      readonly message?: string | undefined;
    }
  /** HTTP 503 for everything. */
  | { readonly kind: 'maintenance'; readonly retryAfterSeconds?: number | undefined }
  /** Any answer; `body` is sent as JSON unless it is a string. */
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: unknown;
      readonly executed?: boolean | undefined;
    }
  /** The exchange's clock is off by `skewMs`, both in its server time and in its check of timestamps. */
  | { readonly kind: 'clock-skew'; readonly skewMs: number }
  /** New orders appear in reads, and finished ones in the history, only after this time. */
  | { readonly kind: 'late-visibility'; readonly delayMs: number }
  /** Smaller limits than usual: weight per window, orders in the shortest window. */
  | {
      readonly kind: 'tight-limits';
      readonly weight?: number | undefined;
      readonly orders?: number | undefined;
    };

/** The kinds of faults. */
export type FaultKind = FaultEffect['kind'];

/** One fault of a scenario, or one that a test injects. */
export type Fault = FaultTarget & FaultEffect;
