import { Inject, Injectable } from '@nestjs/common';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  type ResilienceEventOf,
  type PolicyRegistry,
  type ResilienceEvent,
  WEEXSystemError,
} from '../../src/index.js';
import {
  getRegistryToken,
  ResilienceModule,
  type ResilienceModuleOptions,
  resilienceEventName,
} from '../../src/nestjs/index.js';

@Injectable()
class Listener {
  readonly events: ResilienceEvent[] = [];

  @OnEvent(resilienceEventName('circuitOpened'))
  opened(event: ResilienceEventOf<'circuitOpened'>): void {
    this.events.push(event);
  }

  @OnEvent(resilienceEventName('callSettled'))
  settled(event: ResilienceEventOf<'callSettled'>): void {
    this.events.push(event);
    throw new Error('a listener that fails');
  }
}

@Injectable()
class Trading {
  constructor(@Inject(getRegistryToken()) readonly registry: PolicyRegistry) {}

  async fail(): Promise<unknown> {
    return this.registry.get('orders').executeOutcome(() => Promise.reject(new WEEXSystemError('down')));
  }
}

async function started(options: ResilienceModuleOptions = {}, withEmitter = true) {
  const policies = { orders: { circuitBreaker: { consecutiveFailures: 1 } } };
  const module = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies, ...options }),
      ...(withEmitter ? [EventEmitterModule.forRoot()] : []),
    ],
    providers: [Listener, Trading],
  }).compile();
  module.useLogger(false);
  await module.init();
  return { module, listener: module.get(Listener), trading: module.get(Trading) };
}

describe('events on @nestjs/event-emitter', () => {
  it('are those of the application alone, and no listener affects a call', async () => {
    const [one, two] = [await started(), await started()];
    expect(await one.trading.fail()).toMatchObject({ ok: false, error: { message: 'down' } });
    expect(one.listener.events).toMatchObject([
      { type: 'circuitOpened', policy: 'orders' },
      { type: 'callSettled', outcome: 'failure' },
    ]);
    expect(two.listener.events).toEqual([]);
    await one.module.close();
    await two.trading.fail();
    expect(one.listener.events).toHaveLength(2);
    await two.module.close();
  });

  it.each([
    [['circuitOpened'] as const, ['circuitOpened']],
    [false, []],
    [true, ['circuitOpened', 'callSettled']],
  ])('are those that events: %o selects', async (events, types) => {
    const { module, listener, trading } = await started({ events });
    await trading.fail();
    expect(listener.events.map(({ type }) => type)).toEqual(types);
    await module.close();
  });

  it('are not published without an emitter', async () => {
    const { module, trading } = await started({}, false);
    expect(await trading.fail()).toMatchObject({ ok: false });
    await module.close();
  });

  it('with an unknown name prevent the start', async () => {
    await expect(started({ events: ['circuitOpen' as 'circuitOpened'] })).rejects.toThrow(
      'unknown event "circuitOpen"',
    );
  });
});
