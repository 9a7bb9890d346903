import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { PolicyRegistry } from 'weex-resilience';
import { WeexClient } from 'weex-resilience/client';
import { getRegistryToken } from 'weex-resilience/nestjs';
import { OrdersController } from './orders-controller.js';
import type { Settings } from './settings.js';
import { Trading } from './trading.js';

/** Orders, through a client whose policies are in the registry of the application. */
@Module({
  controllers: [OrdersController],
  providers: [
    Trading,
    {
      provide: WeexClient,
      inject: [ConfigService, getRegistryToken()],
      useFactory: (config: ConfigService<Settings, true>, registry: PolicyRegistry) => {
        const url = config.get('exchangeUrl', { infer: true });
        return new WeexClient({
          apiKey: config.get('apiKey', { infer: true }),
          secretKey: config.get('secretKey', { infer: true }),
          passphrase: config.get('passphrase', { infer: true }),
          baseUrls: { spot: url, contract: url },
          settleMs: [20, 50],
          registry,
        });
      },
    },
  ],
})
export class TradingModule implements OnApplicationShutdown {
  constructor(@Inject(WeexClient) private readonly client: WeexClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
