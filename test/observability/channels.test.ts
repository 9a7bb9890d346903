import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { onResilienceEvent, type ResilienceEvent } from '../../src/index.js';
import { channels, nextCallId } from '../../src/observability/channels.js';

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function listen(name: string, listener: (event: unknown, name: string | symbol) => unknown): void {
  subscribe(name, listener);
  cleanups.push(() => unsubscribe(name, listener));
}

const retry = {
  at: 1,
  policy: 'orders',
  callId: 7,
  attempt: 1,
  delayMs: 200,
  reason: 'backoff' as const,
  error: undefined,
};

/** Lets ticks, microtasks and the check phase pass: where Node reports what nobody caught. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Everything that the process would have died of while `act` ran. */
async function processFaults(act: () => void): Promise<unknown[]> {
  const faults: unknown[] = [];
  const note = (error: unknown) => faults.push(error);
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  for (const event of events) process.removeAllListeners(event).on(event, note);
  try {
    act();
    await settle();
    await settle();
  } finally {
    events.forEach((event, index) => {
      process.removeAllListeners(event);
      for (const listener of before[index] ?? []) process.on(event, listener);
    });
  }
  return faults;
}

describe('channels', () => {
  it('has one diagnostics channel per event, named after it', () => {
    for (const [type, { name }] of Object.entries(channels)) expect(name).toBe(`weex-resilience:${type}`);
    expect(Object.keys(channels)).toHaveLength(27);
  });

  it('notices a subscriber on the channel of Node', () => {
    expect(channels.retryScheduled.hasSubscribers).toBe(false);
    listen('weex-resilience:retryScheduled', () => {});
    expect(channels.retryScheduled.hasSubscribers).toBe(true);
    expect(channels.circuitOpened.hasSubscribers).toBe(false);
  });

  it('passes a subscriber the event with its type and the name of the channel', () => {
    const seen: unknown[] = [];
    listen('weex-resilience:retryScheduled', (event, name) => seen.push(event, name));
    channels.retryScheduled.publish(retry);
    expect(seen).toEqual([{ type: 'retryScheduled', ...retry }, 'weex-resilience:retryScheduled']);
  });

  it('lets no subscriber change the event for the next one', () => {
    const seen: unknown[] = [];
    listen('weex-resilience:retryScheduled', (event) => {
      (event as { delayMs: number }).delayMs = 0;
    });
    listen('weex-resilience:retryScheduled', (event) => seen.push(event));
    channels.retryScheduled.publish(retry);
    expect(seen).toEqual([{ type: 'retryScheduled', ...retry }]);
  });

  it('numbers calls without repeating', () => {
    expect(nextCallId()).toBeLessThan(nextCallId());
  });
});

describe('a faulty subscriber', () => {
  const faulty: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('listener');
    },
    'throws nothing': () => {
      throw undefined;
    },
    rejects: () => Promise.reject(new Error('listener')),
    'returns a thenable that throws': () => new Proxy({}, { get: () => faulty['throws'] }),
    'returns something whose then cannot be read': () => new Proxy({}, { get: () => faulty['throws']?.() }),
    'never settles': () => new Promise(() => {}),
  };

  for (const [fault, listener] of Object.entries(faulty)) {
    it(`that ${fault} is swallowed on the raw channel`, async () => {
      const seen: unknown[] = [];
      listen('weex-resilience:retryScheduled', listener);
      listen('weex-resilience:retryScheduled', (event) => seen.push(event));
      const faults = await processFaults(() => channels.retryScheduled.publish(retry));
      expect(faults).toEqual([]);
      expect(seen).toHaveLength(1);
    });

    it(`that ${fault} is swallowed on onResilienceEvent`, async () => {
      cleanups.push(onResilienceEvent('retryScheduled', listener));
      // The plain publish of Node, as a version that hides its subscribers from us would use it.
      const faults = await processFaults(() => channel('weex-resilience:retryScheduled').publish(retry));
      expect(faults).toEqual([]);
    });
  }

  it('would end the process on a plain channel', async () => {
    listen('weex-resilience-test:plain', () => {
      throw new Error('listener');
    });
    const faults = await processFaults(() => channel('weex-resilience-test:plain').publish({}));
    expect(faults).toEqual([new Error('listener')]);
  });

  it('may unsubscribe while it is called', () => {
    const seen: string[] = [];
    const first = (): void => {
      seen.push('first');
      unsubscribe('weex-resilience:retryScheduled', first);
    };
    listen('weex-resilience:retryScheduled', first);
    listen('weex-resilience:retryScheduled', () => seen.push('second'));
    channels.retryScheduled.publish(retry);
    channels.retryScheduled.publish(retry);
    expect(seen).toEqual(['first', 'second', 'second']);
  });
});

describe('onResilienceEvent', () => {
  it('receives one type until it is stopped', () => {
    const listener = vi.fn<(event: ResilienceEvent) => void>();
    const stop = onResilienceEvent('retryScheduled', listener);
    channels.retryScheduled.publish(retry);
    channels.policyReconfigured.publish({ at: 1, policy: 'orders', changed: ['retry'] });
    stop();
    stop();
    channels.retryScheduled.publish(retry);
    expect(listener.mock.calls).toEqual([
      [{ type: 'retryScheduled', ...retry }, 'weex-resilience:retryScheduled'],
    ]);
    expect(channels.retryScheduled.hasSubscribers).toBe(false);
  });

  it("receives every type with '*'", () => {
    const types: string[] = [];
    const stop = onResilienceEvent('*', ({ type }) => types.push(type));
    expect(Object.values(channels).every(({ hasSubscribers }) => hasSubscribers)).toBe(true);
    channels.retryScheduled.publish(retry);
    channels.policyReconfigured.publish({ at: 1, policy: 'orders', changed: ['retry'] });
    stop();
    expect(types).toEqual(['retryScheduled', 'policyReconfigured']);
    expect(Object.values(channels).some(({ hasSubscribers }) => hasSubscribers)).toBe(false);
  });

  it('may receive the same listener twice, and each stop ends its own', () => {
    const listener = vi.fn();
    const stops = [
      onResilienceEvent('retryScheduled', listener),
      onResilienceEvent('retryScheduled', listener),
    ];
    channels.retryScheduled.publish(retry);
    stops[0]?.();
    stops[0]?.();
    channels.retryScheduled.publish(retry);
    stops[1]?.();
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('rejects what it cannot listen to, all faults at once', () => {
    const wrong = () => onResilienceEvent('circuitopened' as 'circuitOpened', 'log' as never);
    expect(wrong).toThrow(TypeError);
    expect(wrong).toThrow(
      /^Cannot listen to events:\n- unknown event "circuitopened" \(did you mean "circuitOpened"\?\); expected one of \*, callStarted, /,
    );
    expect(wrong).toThrow(/the listener must be a function, received 'log'$/);
    expect(() => onResilienceEvent('toString' as never, () => {})).toThrow(TypeError);
  });
});
