import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { RiskManagementError, WEEXRateLimitError } from 'weex-resilience';
import { ResilienceModule, WeexExceptionFilter } from 'weex-resilience/nestjs';
import { HealthController } from './health-controller.js';
import { MetricsController } from './metrics-controller.js';
import { PricesModule } from './prices-module.js';
import type { Settings } from './settings.js';
import { TradingModule } from './trading-module.js';

/** The whole service. */
@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [() => ({ ...settings })] }),
        ResilienceModule.forRootAsync({
          inject: [ConfigService],
          useFactory: (config: ConfigService<Settings, true>) => ({
            errors: [
              [WEEXRateLimitError, { retry: { maxRetries: 5 } }],
              [RiskManagementError, { retry: false }],
            ],
            drainMs: config.get('drainMs', { infer: true }),
          }),
        }),
        TerminusModule,
        PricesModule,
        TradingModule,
      ],
      controllers: [HealthController, MetricsController],
      providers: [{ provide: APP_FILTER, useClass: WeexExceptionFilter }],
    };
  }
}
