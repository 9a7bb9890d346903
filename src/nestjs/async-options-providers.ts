import type { Provider } from '@nestjs/common';
import type {
  ResilienceModuleAsyncOptions,
  ResilienceModuleOptions,
  ResilienceOptionsFactory,
} from './resilience-module-options.js';
import { getOptionsToken } from './tokens.js';

const sources = ['useFactory', 'useClass', 'useExisting'] as const;

/** The providers behind `forRootAsync`. */
export function asyncOptionsProviders(options: ResilienceModuleAsyncOptions): Provider[] {
  const given = sources.filter((source) => options[source] !== undefined);
  if (given.length !== 1) {
    const received = given.length === 0 ? 'none' : given.join(' and ');
    throw new TypeError(
      `Cannot use ResilienceModule.forRootAsync: give exactly one of ${sources.join(', ')}, received ${received}`,
    );
  }
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
