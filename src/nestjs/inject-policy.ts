import { Inject } from '@nestjs/common';
import { getPolicyToken } from './tokens.js';

/**
 * Injects the policy of a name: the one that `forRoot`, `forRootAsync` or `forFeature` define, and that
 * `@Resilient(name)` uses.
 *
 * On a constructor parameter or a property. A name that nobody defines ends the start of the application.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import type { ResiliencePolicy } from 'weex-resilience';
 * import { InjectPolicy } from 'weex-resilience/nestjs';
 *
 * @Injectable()
 * export class Prices {
 *   constructor(@InjectPolicy('market') private readonly market: ResiliencePolicy) {}
 *
 *   last(symbol: string): Promise<string> {
 *     return this.market.execute(() => `${symbol}: 1`);
 *   }
 * }
 * ```
 */
export function InjectPolicy(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getPolicyToken(name));
}
