import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ResilienceModule, withWeexErrors } from 'weex-resilience/nestjs';
import { Prices } from './prices.js';
import { PricesController } from './prices-controller.js';
import type { Settings } from './settings.js';

/** Public market data, with its own policy and every failure of its HttpService typed. */
@Module({
  imports: [
    ResilienceModule.forFeature({
      policies: {
        prices: {
          deadlineMs: 5_000,
          attemptTimeoutMs: 1_000,
          retry: { maxRetries: 3, backoff: { initialDelayMs: 20, maxDelayMs: 500 } },
          circuitBreaker: { consecutiveFailures: 5, halfOpenAfterMs: 2_000 },
          bulkhead: { limit: 20, queue: 200 },
          coolDown: true,
        },
      },
    }),
    withWeexErrors(
      HttpModule.registerAsync({
        inject: [ConfigService],
        useFactory: (config: ConfigService<Settings, true>) => ({
          baseURL: config.get('exchangeUrl', { infer: true }),
        }),
      }),
    ),
  ],
  controllers: [PricesController],
  providers: [Prices],
})
export class PricesModule {}
