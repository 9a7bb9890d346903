import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { noop } from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  type PolicyRegistry,
  Resilient,
  type ResiliencePolicy,
  WEEXCircuitOpenError,
  WEEXRateLimitError,
  WEEXSystemError,
  WEEXTimeoutError,
} from '../../src/index.js';
import {
  getClockToken,
  getOptionsToken,
  getPolicyToken,
  getRegistryToken,
  InjectPolicy,
  ResilienceModule,
  ResilienceTestingModule,
} from '../../src/nestjs/index.js';
import { createSkippingClock, type SkippingClock } from '../../src/testing/index.js';
import { moduleOf } from './start-app.js';

@Injectable()
class Trading {
  failures: Error[] = [];
  calls = 0;

  constructor(@InjectPolicy('orders') readonly policy: ResiliencePolicy) {}

  @Resilient('orders')
  async place(): Promise<string> {
    this.calls += 1;
    const error = this.failures.shift();
    if (error) throw error;
    return 'placed';
  }

  @Resilient('orders', { orderSafety: { clientOrderId: (id: string) => id, find: () => undefined } })
  async guarded(_id: string): Promise<void> {
    this.calls += 1;
  }

  @Resilient('orders')
  async hang(): Promise<void> {
    return new Promise(() => undefined);
  }
}

const policies = {
  orders: {
    deadlineMs: 3_600_000,
    retry: { maxRetries: 4, backoff: { initialDelayMs: 60_000, maxDelayMs: 600_000 } },
    circuitBreaker: { consecutiveFailures: 3, halfOpenAfterMs: 3_000_000 },
    coolDown: true,
  },
} as const;

const notExecuted = { executionStatus: 'not-executed' } as const;
const down = () => new WEEXSystemError('down', notExecuted);
const busy = () => new WEEXRateLimitError('busy', { ...notExecuted, retryAfter: 900 });

async function tradingIn(imports: Parameters<typeof moduleOf>[0]['imports']) {
  const module = await Test.createTestingModule({ imports: imports ?? [], providers: [Trading] }).compile();
  return { module, trading: module.get(Trading), clock: module.get<SkippingClock>(getClockToken()) };
}

describe('ResilienceTestingModule', () => {
  it('waits for nothing: neither retries nor cool-downs', async () => {
    const { module, trading, clock } = await tradingIn([ResilienceTestingModule.forRoot({ policies })]);
    trading.failures = [down(), busy(), down()];
    expect(await trading.place()).toBe('placed');
    expect([trading.calls, clock.now() >= 900_000 + 120_000]).toEqual([4, true]);
    await module.close();
  });

  it('ends time limits and opens circuits by hand', async () => {
    const { module, trading, clock } = await tradingIn([ResilienceTestingModule.forRoot({ policies })]);
    const hanging = trading.hang();
    const settled = expect(hanging).rejects.toThrow(WEEXTimeoutError);
    await clock.advance(3_600_000);
    await settled;
    trading.failures = [down(), down(), down()];
    await expect(trading.place()).rejects.toThrow(WEEXCircuitOpenError);
    trading.failures = [];
    await clock.advance(3_000_000);
    expect(await trading.place()).toBe('placed');
    await module.close();
  });

  it('lets calls with undefined policy names through', async () => {
    const { module, trading } = await tradingIn([ResilienceTestingModule.forRoot()]);
    trading.failures = [down()];
    await expect(trading.place()).rejects.toThrow('down');
    expect(await trading.policy.execute(() => 'through')).toBe('through');
    await module.close();
  });

  it('replaces ResilienceModule with overrideModule', async () => {
    const root = ResilienceModule.forRoot({ policies });
    const application = moduleOf({ imports: [root], providers: [Trading] });
    const module = await Test.createTestingModule({ imports: [application] })
      .overrideModule(root)
      .useModule(ResilienceTestingModule.forRoot({ policies }))
      .compile();
    const trading = module.get(Trading);
    trading.failures = [down(), down()];
    expect(await trading.place()).toBe('placed');
    await module.close();
  });
});

describe('overrideProvider', () => {
  const application = moduleOf({ imports: [ResilienceModule.forRoot({ policies })], providers: [Trading] });
  const builder = () => Test.createTestingModule({ imports: [application] });

  it('of the clock keeps a whole application from waiting', async () => {
    const module = await builder()
      .overrideProvider(getClockToken())
      .useValue(createSkippingClock())
      .compile();
    const trading = module.get(Trading);
    trading.failures = [down(), down()];
    expect(await trading.place()).toBe('placed');
    await module.close();
  });

  it('of a policy applies to decorators that name it too', async () => {
    const module = await builder().overrideProvider(getPolicyToken('orders')).useValue(noop).compile();
    const trading = module.get(Trading);
    trading.failures = [down()];
    await expect(trading.place()).rejects.toThrow('down');
    expect([trading.calls, trading.policy]).toEqual([1, noop]);
    expect(module.get<PolicyRegistry>(getRegistryToken()).get('orders').describe().options.inner).toBe(noop);
    await module.close();
  });

  it('of a policy honours a stubbed execute, before and after the start, until it is restored', async () => {
    const policy = createPolicy({});
    const stub = vi.spyOn(policy, 'execute').mockRejectedValue(new WEEXSystemError('stubbed'));
    const module = await builder().overrideProvider(getPolicyToken('orders')).useValue(policy).compile();
    const trading = module.get(Trading);
    await expect(trading.place()).rejects.toThrow('stubbed');
    await expect(trading.guarded('o1')).rejects.toThrow('stubbed');
    expect([trading.calls, stub.mock.calls.length]).toEqual([0, 2]);
    stub.mockRestore();
    expect(await trading.place()).toBe('placed');
    vi.spyOn(policy, 'execute').mockResolvedValue('stubbed later');
    expect([await trading.place(), trading.calls]).toEqual(['stubbed later', 1]);
    const registry = module.get<PolicyRegistry>(getRegistryToken());
    expect(registry.get('orders')).toBe(policy);
    registry.define('orders', {});
    expect([await trading.place(), trading.calls]).toEqual(['placed', 2]);
    await module.close();
  });

  it('of the options replaces them', async () => {
    const module = await builder()
      .overrideProvider(getOptionsToken())
      .useValue({ policies: { orders: { fallback: () => 'replaced' } } })
      .compile();
    const trading = module.get(Trading);
    trading.failures = [down()];
    expect(await trading.place()).toBe('replaced');
    await module.close();
  });

  it('of the registry replaces all policies', async () => {
    const { module: other, trading: unused } = await tradingIn([
      ResilienceTestingModule.forRoot({ policies }),
    ]);
    expect(unused.calls).toBe(0);
    const registry = other.get<PolicyRegistry>(getRegistryToken());
    const module = await builder().overrideProvider(getRegistryToken()).useValue(registry).compile();
    const trading = module.get(Trading);
    trading.failures = [down(), down()];
    expect(await trading.place()).toBe('placed');
    await Promise.all([module.close(), other.close()]);
  });
});
