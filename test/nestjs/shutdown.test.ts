import { Injectable, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { type ErrorTracker, Resilient, WEEXSystemError } from '../../src/index.js';
import {
  getErrorTrackerToken,
  getRegistryToken,
  InjectErrorTracker,
  ResilienceModule,
} from '../../src/nestjs/index.js';
import { moduleOf } from './start-app.js';

@Injectable()
class Trading {
  readonly #gates: (() => void)[] = [];

  constructor(@InjectErrorTracker() readonly tracker: ErrorTracker) {}

  @Resilient('orders', { key: (symbol: string) => symbol })
  async place(_symbol: string): Promise<string> {
    await new Promise<void>((resolve) => this.#gates.push(resolve));
    return 'placed';
  }

  release(): void {
    this.#gates.shift()?.();
  }
}

async function started(drainMs: number) {
  const warnings: string[] = [];
  const quiet = (): void => undefined;
  const logger: LoggerService = {
    log: quiet,
    error: quiet,
    warn: (message: unknown) => warnings.push(String(message)),
  };
  const root = moduleOf({
    imports: [
      ResilienceModule.forRoot({ drainMs, policies: { orders: { bulkhead: { limit: 1, queue: 9 } } } }),
    ],
    providers: [Trading],
  });
  const app = await NestFactory.createApplicationContext(root, { logger });
  return { app, warnings, trading: app.get(Trading) };
}

describe('the shutdown of an application', () => {
  it('waits for running and queued calls, and then logs nothing', async () => {
    const { app, warnings, trading } = await started(60_000);
    const calls = [trading.place('BTCUSDT'), trading.place('ETHUSDT')];
    const closed = app.close();
    // Each release lets the next one in.
    trading.release();
    expect(await calls[0]).toBe('placed');
    trading.release();
    expect(await calls[1]).toBe('placed');
    await closed;
    expect(warnings).toEqual([]);
  });

  it('logs what is still open when the time is over, and lets it run', async () => {
    const { app, warnings, trading } = await started(1);
    const calls = [trading.place('BTCUSDT'), trading.place('ETHUSDT')];
    await app.close();
    expect(warnings).toEqual([
      "2 calls were still open 1 ms after the shutdown began: Trading.place (policy 'orders', key 'BTCUSDT', attempt 1), Trading.place (policy 'orders', key 'ETHUSDT', waits)",
    ]);
    trading.release();
    expect(await calls[0]).toBe('placed');
    trading.release();
    expect(await calls[1]).toBe('placed');
  });

  it('names at most ten', async () => {
    const { app, warnings, trading } = await started(1);
    const calls = Array.from({ length: 10 }, (_, index) => trading.place(`S${index}`));
    await app.close();
    expect(warnings[0]).toMatch(/^10 calls .*'S9'/);
    expect(warnings[0]).not.toContain('more');
    for (const call of calls) {
      trading.release();
      await call;
    }
  });

  it('does not wait if drainMs is 0, and stops listening', async () => {
    const { app, warnings, trading } = await started(0);
    const call = trading.place('BTCUSDT');
    await app.close();
    expect(warnings).toEqual([]);
    trading.release();
    await call;
    const tracker = app.get<ErrorTracker>(getErrorTrackerToken());
    const registry = app.get(getRegistryToken());
    await registry.create({}).executeOutcome(() => Promise.reject(new WEEXSystemError('after the end')));
    expect(tracker.summary().totalErrors).toBe(0);
  });
});
