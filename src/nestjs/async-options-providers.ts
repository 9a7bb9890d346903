import type { Provider } from '@nestjs/common';
import type {
  ResilienceModuleAsyncOptions,
  ResilienceModuleOptions,
  ResilienceOptionsFactory,
} from './resilience-module-options.js';
import { getOptionsToken } from './tokens.js';

/** The providers behind `forRootAsync`, from options that have been checked. */
export function asyncOptionsProviders(options: ResilienceModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting, inject = [] } = options;
  const provide = getOptionsToken();
  if (useFactory) return [{ provide, useFactory, inject }];
  const token = useClass ?? useExisting;
  const made: Provider = {
    provide,
    useFactory: (
      factory: Partial<ResilienceOptionsFactory>,
    ): Promise<ResilienceModuleOptions> | ResilienceModuleOptions => {
      if (typeof factory.createResilienceOptions === 'function') return factory.createResilienceOptions();
      throw new TypeError(
        `Cannot use ResilienceModule.forRootAsync: ${factory.constructor.name} has no method createResilienceOptions()`,
      );
    },
    inject: token === undefined ? [] : [token],
  };
  return useClass ? [{ provide: useClass, useClass }, made] : [made];
}
