import type { DynamicModule } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import { attachWeexErrors } from '../http/attach-weex-errors.js';
import type { WeexErrorsOptions } from '../http/weex-errors-options.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import { getRegistryToken } from './tokens.js';

/**
 * Attaches `attachWeexErrors` to the axios instance of an `HttpModule`, so that every failure of its `HttpService`
 * is a `WEEXError`, and inside a decorated method every request carries the attempt's signal and remaining time.
 *
 * Pass the result of `HttpModule.register` or `registerAsync`; only the instance of that import is changed. The
 * application's `ErrorTracker` counts its failures too.
 *
 * @example
 * ```ts
 * import { HttpModule } from '@nestjs/axios';
 * import { Module } from '@nestjs/common';
 * import { withWeexErrors } from 'weex-resilience/nestjs';
 *
 * @Module({ imports: [withWeexErrors(HttpModule.register({ baseURL: 'http://127.0.0.1:8080' }))] })
 * export class MarketModule {}
 * ```
 */
export function withWeexErrors(httpModule: DynamicModule, options: WeexErrorsOptions = {}): DynamicModule {
  const attachment = {
    provide: Symbol('WeexErrors'),
    useFactory: (axios: AxiosInstance, registry?: PolicyRegistry) =>
      attachWeexErrors(axios, { registry, ...options }),
    inject: [axiosToken, { token: getRegistryToken(), optional: true }],
  };
  return { ...httpModule, providers: [...(httpModule.providers ?? []), attachment] };
}

// The token that @nestjs/axios uses. The package is an optional peer dependency that may be missing.
const axiosToken = 'AXIOS_INSTANCE_TOKEN';
