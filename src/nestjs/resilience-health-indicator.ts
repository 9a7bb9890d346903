import { Inject, Injectable, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { checkOptions } from '../core/options/check-options.js';
import { option, optionTable } from '../core/options/option-table.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import type { PolicySnapshot, ResiliencePolicy } from '../policies/resilience-policy.js';
import { providersOf } from './providers-of.js';
import { getRegistryToken } from './tokens.js';

/** Options of a health check. */
export interface ResilienceHealthOptions {
  /**
   * The names of the policies to check. Default: all of the application, including those of decorators with
   * options.
   */
  readonly policies?: readonly string[] | undefined;
}

/** The state of a policy on a health page; parts that are off are left out. */
export interface PolicyHealth {
  readonly circuit?: 'closed' | 'open' | 'half-open' | 'isolated';
  /** The keys whose circuits reject calls. */
  readonly openKeys?: readonly string[];
  readonly running?: number;
  readonly waiting?: number;
  /** How much longer the cool-down delays calls, in milliseconds; absent if it does not. */
  readonly coolingDownForMs?: number;
}

/** A result in the format of `@nestjs/terminus`. */
export type ResilienceHealth<Key extends string = string> = Record<
  Key,
  {
    readonly status: 'up' | 'down';
    readonly policies: Readonly<Record<string, PolicyHealth>>;
    /** Absent without a coordinator. `'lost'` counts as up: calls go on with the last known shares. */
    readonly coordinator?: 'connected' | 'lost';
  }
>;

/**
 * Reports to `@nestjs/terminus` whether the application's circuits let calls through.
 *
 * The status is `down` if the circuit of a policy is open or isolated; a policy with one circuit per key is down
 * when all of them are. Waiting calls and cool-downs are shown and count as up. It sends no request to the
 * exchange.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
 * import { ResilienceHealthIndicator } from 'weex-resilience/nestjs';
 *
 * @Controller('health')
 * export class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly resilience: ResilienceHealthIndicator,
 *   ) {}
 *
 *   @Get()
 *   @HealthCheck()
 *   check(): Promise<HealthCheckResult> {
 *     return this.health.check([() => this.resilience.isHealthy('weex')]);
 *   }
 * }
 * ```
 */
@Injectable()
export class ResilienceHealthIndicator {
  readonly #registry: PolicyRegistry;
  readonly #container: ModulesContainer | undefined;

  constructor(
    @Inject(getRegistryToken()) registry: PolicyRegistry,
    @Optional() @Inject(ModulesContainer) container?: ModulesContainer,
  ) {
    this.#registry = registry;
    this.#container = container;
  }

  /**
   * Returns the state of the policies under `key`. With terminus 10 it rejects with that state if it is `down`,
   * because that version relies on errors.
   *
   * @throws RangeError if a name is not defined, TypeError for unknown options; both as a rejection.
   */
  isHealthy<const Key extends string>(
    key: Key,
    options: ResilienceHealthOptions = {},
  ): Promise<ResilienceHealth<Key>> {
    return Promise.resolve().then(() => {
      const { policies } = checkOptions(table, options, `check the health of ${key}`);
      const asked = policies?.map((name) => this.#registry.get(name)) ?? this.#registry.policies();
      const states = asked.map((policy) => stateOf(policy));
      const status = states.some(({ isDown }) => isDown) ? 'down' : 'up';
      const byName = Object.fromEntries(states.map(({ name, health }) => [name, health]));
      const isConnected = this.#registry.coordinator?.snapshot?.().isConnected;
      const coordinator =
        isConnected === undefined ? {} : { coordinator: isConnected ? 'connected' : 'lost' };
      const health = { [key]: { status, policies: byName, ...coordinator } } as ResilienceHealth<Key>;
      if (status === 'down' && this.#container && goesByErrors(this.#container)) {
        throw Object.assign(new Error(`${key} is down`), { isHealthCheckError: true, causes: health });
      }
      return health;
    });
  }
}

const table = optionTable<ResilienceHealthOptions>({
  policies: option('a list of policy names', Array.isArray),
});

/** Terminus before 11 treats every returned result as `up`. */
function goesByErrors(container: ModulesContainer): boolean {
  const names = new Set(
    providersOf(container).map(({ token }) => (typeof token === 'function' ? token.name : '')),
  );
  return names.has('HealthCheckService') && !names.has('HealthIndicatorService');
}

interface PolicyState {
  readonly name: string;
  readonly isDown: boolean;
  readonly health: PolicyHealth;
}

function stateOf(policy: ResiliencePolicy): PolicyState {
  const { name, circuitBreaker, bulkhead, coolDown } = policy.snapshot();
  const refused = circuitBreaker ? refusedKeys(circuitBreaker) : [];
  const circuit = circuitBreaker?.common.state;
  const keyCount = Object.keys(circuitBreaker?.keys ?? {}).length;
  const isDown = isRefusing(circuit) || (keyCount > 0 && refused.length === keyCount);
  const health = {
    ...(circuit && { circuit }),
    ...(refused.length > 0 && { openKeys: refused }),
    ...bulkhead,
    ...(coolDown && coolDown.activeForMs > 0 && { coolingDownForMs: Math.ceil(coolDown.activeForMs) }),
  };
  return { name, isDown, health };
}

function refusedKeys({ keys }: NonNullable<PolicySnapshot['circuitBreaker']>): string[] {
  return Object.entries(keys).flatMap(([key, { state }]) => (isRefusing(state) ? [key] : []));
}

function isRefusing(state: PolicyHealth['circuit']): boolean {
  return state === 'open' || state === 'isolated';
}
