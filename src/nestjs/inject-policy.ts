import { Inject } from '@nestjs/common';
import { getPolicyToken } from './tokens.js';

/**
 * Injects the policy with this name, as defined by `forRoot`, `forRootAsync` or `forFeature` and used by
 * `@Resilient(name)`, into a constructor parameter or a property.
 *
 * The application does not start if no module defines the name (see `unknownPolicies`).
 *
 * @throws TypeError if the name is not a string, or is empty.
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
