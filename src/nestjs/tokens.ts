const prefix = 'weex-resilience:policy:';
const requested: Set<string> = new Set();

/**
 * The injection token of a policy, for `useFactory: …, inject: [getPolicyToken('orders')]`, `moduleRef.get` and
 * `overrideProvider`.
 *
 * @example
 * ```ts
 * import type { FactoryProvider } from '@nestjs/common';
 * import type { ResiliencePolicy } from 'weex-resilience';
 * import { getPolicyToken } from 'weex-resilience/nestjs';
 *
 * export const describeOrders: FactoryProvider = {
 *   provide: 'ORDERS_POLICY_TEXT',
 *   useFactory: (policy: ResiliencePolicy) => policy.describe().text,
 *   inject: [getPolicyToken('orders')],
 * };
 * ```
 */
export function getPolicyToken(name: string): string {
  requested.add(name);
  return `${prefix}${name}`;
}

/** The injection token of the application's `PolicyRegistry`. */
export function getRegistryToken(): string {
  return 'weex-resilience:registry';
}

/** The injection token of the application's `ErrorTracker`. */
export function getErrorTrackerToken(): string {
  return 'weex-resilience:error-tracker';
}

/** The injection token of the clock of all policies; override it in tests with `createSkippingClock()`. */
export function getClockToken(): string {
  return 'weex-resilience:clock';
}

/** The injection token of the options that `forRoot` or `forRootAsync` were given. */
export function getOptionsToken(): string {
  return 'weex-resilience:options';
}

/** @internal Every name for which a token was asked for, in any application of the process. */
export function requestedNames(): string[] {
  return [...requested];
}

/** @internal The name in the token of a policy. */
export function nameInToken(token: unknown): string | undefined {
  return typeof token === 'string' && token.startsWith(prefix) ? token.slice(prefix.length) : undefined;
}
