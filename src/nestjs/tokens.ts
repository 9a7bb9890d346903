import { describeValue, optionFault, throwFaults } from '../core/options/check-options.js';

const prefix = 'weex-resilience:policy:';
const requested: Set<string> = new Set();

/**
 * Returns the injection token of a policy, for `useFactory: …, inject: [getPolicyToken('orders')]`, `moduleRef.get`
 * and `overrideProvider`.
 *
 * @throws TypeError if the name is not a string, or is empty.
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
  if (typeof name !== 'string' || name === '') {
    const problem = `must be a string that is not empty, received ${describeValue(name)}`;
    throwFaults('inject a policy', [optionFault('name', problem)]);
  }
  requested.add(name);
  return `${prefix}${name}`;
}

/**
 * Returns the injection token of the application's `PolicyRegistry`.
 *
 * @example
 * ```ts
 * import type { INestApplicationContext } from '@nestjs/common';
 * import type { PolicyRegistry } from 'weex-resilience';
 * import { getRegistryToken } from 'weex-resilience/nestjs';
 *
 * export const namesOf = (app: INestApplicationContext): string[] =>
 *   app.get<PolicyRegistry>(getRegistryToken()).names();
 * ```
 */
export function getRegistryToken(): string {
  return 'weex-resilience:registry';
}

/**
 * Returns the injection token of the application's `ErrorTracker`.
 *
 * @example
 * ```ts
 * import type { INestApplicationContext } from '@nestjs/common';
 * import type { ErrorTracker } from 'weex-resilience';
 * import { getErrorTrackerToken } from 'weex-resilience/nestjs';
 *
 * export const errorsOf = (app: INestApplicationContext): number =>
 *   app.get<ErrorTracker>(getErrorTrackerToken()).summary().totalErrors;
 * ```
 */
export function getErrorTrackerToken(): string {
  return 'weex-resilience:error-tracker';
}

/**
 * Returns the injection token of the clock of all policies; override it in tests with `createSkippingClock()`.
 *
 * @example
 * ```ts
 * import type { TestingModuleBuilder } from '@nestjs/testing';
 * import { getClockToken } from 'weex-resilience/nestjs';
 * import { createSkippingClock } from 'weex-resilience/testing';
 *
 * export const withoutWaits = (builder: TestingModuleBuilder): TestingModuleBuilder =>
 *   builder.overrideProvider(getClockToken()).useValue(createSkippingClock());
 * ```
 */
export function getClockToken(): string {
  return 'weex-resilience:clock';
}

/**
 * Returns the injection token of the options passed to `forRoot` or `forRootAsync`.
 *
 * @example
 * ```ts
 * import type { INestApplicationContext } from '@nestjs/common';
 * import { getOptionsToken, type ResilienceModuleOptions } from 'weex-resilience/nestjs';
 *
 * export const drainMsOf = (app: INestApplicationContext): number | undefined =>
 *   app.get<ResilienceModuleOptions>(getOptionsToken()).drainMs;
 * ```
 */
export function getOptionsToken(): string {
  return 'weex-resilience:options';
}

/** @internal Every name for which a token was requested, in any application of the process. */
export function requestedNames(): string[] {
  return [...requested];
}

/** @internal The name in the token of a policy. */
export function nameInToken(token: unknown): string | undefined {
  return typeof token === 'string' && token.startsWith(prefix) ? token.slice(prefix.length) : undefined;
}
