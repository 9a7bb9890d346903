import { Inject } from '@nestjs/common';
import { getRegistryToken } from './tokens.js';

/** Injects the application's `PolicyRegistry`, on a constructor parameter or a property. */
export function InjectRegistry(): PropertyDecorator & ParameterDecorator {
  return Inject(getRegistryToken());
}
