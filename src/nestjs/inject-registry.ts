import { Inject } from '@nestjs/common';
import { getRegistryToken } from './tokens.js';

/**
 * Injects the application's `PolicyRegistry` into a constructor parameter or a property.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import type { PolicyRegistry } from 'weex-resilience';
 * import { InjectRegistry } from 'weex-resilience/nestjs';
 *
 * @Injectable()
 * export class Operations {
 *   constructor(@InjectRegistry() private readonly registry: PolicyRegistry) {}
 *
 *   calm(name: string): void {
 *     this.registry.get(name).reconfigure({ rateLimit: { limit: 5, windowMs: 1_000 } });
 *   }
 * }
 * ```
 */
export function InjectRegistry(): PropertyDecorator & ParameterDecorator {
  return Inject(getRegistryToken());
}
