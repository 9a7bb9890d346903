import { HttpModule, HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ErrorTracker, Resilient, WEEXRequestError, WEEXSystemError } from '../../src/index.js';
import {
  getErrorTrackerToken,
  ResilienceModule,
  ResilienceTestingModule,
  withWeexErrors,
} from '../../src/nestjs/index.js';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';
import { moduleOf } from './start-app.js';

@Injectable()
class Market {
  constructor(@Inject(HttpService) readonly http: HttpService) {}

  @Resilient('market', { effect: 'read' })
  async price(symbol: string): Promise<string> {
    return this.fetchPrice(symbol);
  }

  async fetchPrice(symbol: string): Promise<string> {
    const path = '/capi/v3/market/symbolPrice';
    const { data } = await firstValueFrom(this.http.get<{ symbol: string }>(path, { params: { symbol } }));
    return data.symbol;
  }
}

let exchange: SimulatedExchange;
beforeEach(async () => {
  exchange = await startExchange();
});
afterEach(() => exchange.close());

const policies = { market: { deadlineMs: 5_000, retry: { maxRetries: 3 } } };

describe.each([
  ['register', (baseURL: string) => HttpModule.register({ baseURL })],
  ['registerAsync', (baseURL: string) => HttpModule.registerAsync({ useFactory: () => ({ baseURL }) })],
])('withWeexErrors(HttpModule.%s(…))', (_, register) => {
  async function started() {
    const module = await Test.createTestingModule({
      imports: [
        ResilienceTestingModule.forRoot({ policies }),
        moduleOf({
          imports: [withWeexErrors(register(exchange.url))],
          providers: [Market],
          exports: [Market],
        }),
      ],
    }).compile();
    await module.init();
    return { module, market: module.get(Market), tracker: module.get<ErrorTracker>(getErrorTrackerToken()) };
  }

  it('makes failures typed, retries them under the policy, and counts them once', async () => {
    const { module, market, tracker } = await started();
    exchange.inject({ kind: 'maintenance', count: 2 });
    expect(await market.price('BTCUSDT')).toBe('BTCUSDT');
    await expect(market.price('NOSUCHCOIN')).rejects.toThrow(WEEXRequestError);
    expect(exchange.requests).toHaveLength(4);
    expect(tracker.summary()).toMatchObject({
      totalErrors: 3,
      errorTypes: { WEEXSystemError: 2, WEEXRequestError: 1 },
    });
    await module.close();
  });

  it('counts failures outside any policy only for its own application', async () => {
    const [one, two] = [await started(), await started()];
    exchange.inject({ kind: 'maintenance', count: 1 });
    await expect(one.market.fetchPrice('BTCUSDT')).rejects.toThrow(WEEXSystemError);
    expect(one.tracker.summary().totalErrors).toBe(1);
    expect(two.tracker.summary().totalErrors).toBe(0);
    await Promise.all([one.module.close(), two.module.close()]);
  });

  it('leaves other HTTP modules as they are', async () => {
    const module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({ policies }),
        withWeexErrors(register('http://127.0.0.1:1')),
        moduleOf({ imports: [register(exchange.url)], providers: [Market], exports: [Market] }),
      ],
    }).compile();
    exchange.inject({ kind: 'maintenance', count: 1 });
    await expect(module.get(Market).fetchPrice('BTCUSDT')).rejects.toMatchObject({ isAxiosError: true });
    await module.close();
  });
});
