import type { PortfolioError } from './portfolio-error.js';
import type { RiskManagementError } from './risk-management-error.js';
import type { TradingStrategyError } from './trading-strategy-error.js';
import type { WEEXAuthenticationError } from './weex-authentication-error.js';
import type { WEEXBulkheadFullError } from './weex-bulkhead-full-error.js';
import type { WEEXCircuitOpenError } from './weex-circuit-open-error.js';
import { isWEEXError, type WEEXError } from './weex-error.js';
import type { SystemErrorKind, WEEXErrorKind } from './weex-error-kind.js';
import type { WEEXNetworkError } from './weex-network-error.js';
import type { WEEXOrderError } from './weex-order-error.js';
import type { WEEXOutcomeUnknownError } from './weex-outcome-unknown-error.js';
import type { WEEXRateLimitError } from './weex-rate-limit-error.js';
import type { WEEXRequestError } from './weex-request-error.js';
import type { WEEXSystemError } from './weex-system-error.js';
import type { WEEXTimeoutError } from './weex-timeout-error.js';

/** The class behind each kind. */
export interface ErrorOfKind {
  readonly unknown: WEEXError;
  readonly authentication: WEEXAuthenticationError;
  readonly 'rate-limit': WEEXRateLimitError;
  readonly system: WEEXSystemError;
  readonly network: WEEXNetworkError;
  readonly timeout: WEEXTimeoutError;
  readonly 'circuit-open': WEEXCircuitOpenError;
  readonly 'bulkhead-full': WEEXBulkheadFullError;
  readonly request: WEEXRequestError;
  readonly order: WEEXOrderError;
  readonly 'outcome-unknown': WEEXOutcomeUnknownError;
  readonly 'trading-strategy': TradingStrategyError;
  readonly 'risk-management': RiskManagementError;
  readonly portfolio: PortfolioError;
}

type Case<Kind extends WEEXErrorKind> = (error: ErrorOfKind[Kind]) => unknown;

/** The kinds whose only parent is `WEEXError` itself. */
export type RootErrorKind = Exclude<WEEXErrorKind, Exclude<SystemErrorKind, 'system'>>;

/** A case for some of the kinds, and `_` for everything else, including values that are not a `WEEXError`. */
export type ErrorCases = { readonly [Kind in WEEXErrorKind]?: Case<Kind> } & {
  readonly _: (error: unknown) => unknown;
};

/** A case for every root kind; kinds below one may have their own. */
export type ExhaustiveErrorCases = { readonly [Kind in RootErrorKind]: Case<Kind> } & {
  readonly [Kind in WEEXErrorKind]?: Case<Kind>;
} & { readonly _?: undefined };

/** What any of the cases returns. */
export type CaseResult<Cases> = {
  [Kind in keyof Cases]: Cases[Kind] extends (...args: never[]) => infer Result ? Result : never;
}[keyof Cases];

/** Rejects, at compile time, names that are not a kind. */
export type OnlyKinds<Cases, Also extends string = never> = {
  readonly [Name in Exclude<keyof Cases, WEEXErrorKind | '_' | Also>]: never;
};

const parents: Readonly<Record<WEEXErrorKind, WEEXErrorKind | undefined>> = {
  unknown: undefined,
  authentication: undefined,
  'rate-limit': undefined,
  system: undefined,
  network: 'system',
  timeout: 'system',
  'circuit-open': 'system',
  'bulkhead-full': 'system',
  request: undefined,
  order: undefined,
  'outcome-unknown': undefined,
  'trading-strategy': undefined,
  'risk-management': undefined,
  portfolio: undefined,
};

/**
 * Calls the case for an error's kind and returns its result. A kind without a case uses that of its parent:
 * `network`, `timeout`, `circuit-open` and `bulkhead-full` to `system`; then to `_`.
 *
 * Leaving out a root kind without `_` does not compile, nor does a name that is not a kind. Without `_` the error
 * must be a `WEEXError`; anything else is rethrown. Your own subclass uses the case of the class it extends.
 *
 * @example
 * ```ts
 * import { matchError } from 'weex-resilience';
 *
 * function waitMs(error: unknown): number {
 *   return matchError(error, {
 *     'rate-limit': (limited) => limited.retryAfterMs ?? 10_000,
 *     system: () => 1_000,
 *     _: () => 0,
 *   });
 * }
 * ```
 */
export function matchError<const Cases extends ErrorCases>(
  error: unknown,
  cases: Cases & OnlyKinds<Cases>,
): CaseResult<Cases>;
export function matchError<const Cases extends ExhaustiveErrorCases>(
  error: WEEXError,
  cases: Cases & OnlyKinds<Cases>,
): CaseResult<Cases>;
export function matchError(error: unknown, cases: object | undefined): unknown {
  if (typeof cases !== 'object' || cases === null)
    throw new TypeError(`Cannot match the error: the cases must be an object, received ${String(cases)}`);
  const handler = caseOf(error, cases as Readonly<Record<string, Case<'unknown'> | undefined>>);
  // Without `_` no case applies to it.
  if (!handler) throw error as Error;
  if (typeof handler !== 'function')
    throw new TypeError(`Cannot match the error: each case must be a function, received ${String(handler)}`);
  return handler(error as WEEXError);
}

/** A fulfilled result has a case too. */
export interface FulfilledCase<Value> {
  readonly fulfilled: (value: Value) => unknown;
}

/**
 * Like {@link matchError}, for one result of `Promise.allSettled`: `fulfilled` receives the value, the other cases
 * the reason.
 *
 * @example
 * ```ts
 * import { matchSettled } from 'weex-resilience';
 *
 * const results = await Promise.allSettled([Promise.resolve(1), Promise.reject(new Error('no'))]);
 * const texts = results.map((result) =>
 *   matchSettled(result, {
 *     fulfilled: (value) => `got ${value}`,
 *     'rate-limit': (error) => `wait ${error.retryAfter} s`,
 *     _: (error) => `failed: ${String(error)}`,
 *   }),
 * );
 * ```
 */
export function matchSettled<Value, const Cases extends ErrorCases & FulfilledCase<Value>>(
  result: PromiseSettledResult<Value>,
  cases: Cases & OnlyKinds<Cases, 'fulfilled'>,
): CaseResult<Cases> {
  return (
    result.status === 'fulfilled'
      ? cases.fulfilled(result.value)
      : matchError(result.reason, cases as ErrorCases)
  ) as CaseResult<Cases>;
}

function caseOf(
  error: unknown,
  cases: Readonly<Record<string, Case<'unknown'> | undefined>>,
): Case<'unknown'> | undefined {
  if (isWEEXError(error)) {
    for (let kind: WEEXErrorKind | undefined = knownKind(error); kind; kind = parents[kind]) {
      const handler = Object.hasOwn(cases, kind) ? cases[kind] : undefined;
      if (handler) return handler;
    }
  }
  return Object.hasOwn(cases, '_') ? cases['_'] : undefined;
}

/** A user's class may set its own kind: then the kind of the class it extends counts. */
function knownKind(error: WEEXError): WEEXErrorKind {
  for (let link: object | null = error; link; link = Object.getPrototypeOf(link) as object | null) {
    const { kind } = link as { kind?: unknown };
    if (typeof kind === 'string' && Object.hasOwn(parents, kind)) return kind as WEEXErrorKind;
  }
  return 'unknown';
}
