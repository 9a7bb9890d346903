import { afterEach, describe, expect, it } from 'vitest';
import { type LogEventsOptions, logEvents, WEEXError, WEEXRateLimitError } from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';
import { createFakeClock } from '../../src/testing/index.js';

type Line = [level: string, record: object, message: string | undefined];

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function start(options?: LogEventsOptions, without?: 'info'): { lines: Line[]; stop: () => void } {
  const lines: Line[] = [];
  const write = (level: string) => (record: object, message?: string) => {
    lines.push([level, record, message]);
  };
  const methods = { warn: write('warn'), error: write('error') };
  const stop = logEvents(without ? methods : { ...methods, info: write('info') }, options);
  stops.push(stop);
  return { lines, stop };
}

const at = 1_700_000_000_000;
const timestamp = '2023-11-14T22:13:20.000Z';
const call = { at, policy: 'orders', callId: 1, operation: 'placeOrder' };

describe('logEvents', () => {
  it("writes the library's decisions, with the fields of the event and of its error", () => {
    const { lines } = start();
    const error = new WEEXRateLimitError('slow down', { code: 429, retryAfter: 3 });
    channels.circuitOpened.publish({
      at,
      policy: 'orders',
      key: 'BTCUSDT',
      from: 'closed',
      halfOpenAfterMs: 5000,
    });
    channels.circuitClosed.publish({ at, policy: 'orders', from: 'half-open' });
    channels.coolDownEntered.publish({ at, policy: 'orders', scope: 'ip', delayMs: 3000, error });
    channels.outcomeUnknown.publish({ ...call, clientOrderId: 'mine-1', error: new WEEXError('gone') });
    expect(lines).toEqual([
      [
        'warn',
        {
          event: 'circuitOpened',
          policy: 'orders',
          key: 'BTCUSDT',
          from: 'closed',
          halfOpenAfterMs: 5000,
          timestamp,
        },
        'Circuit opened',
      ],
      ['info', { event: 'circuitClosed', policy: 'orders', from: 'half-open', timestamp }, 'Circuit closed'],
      [
        'warn',
        {
          event: 'coolDownEntered',
          policy: 'orders',
          scope: 'ip',
          delayMs: 3000,
          errorType: 'WEEXRateLimitError',
          errorMessage: 'slow down',
          kind: 'rate-limit',
          code: 429,
          retryAfterMs: 3000,
          timestamp,
        },
        'Cool down entered',
      ],
      [
        'error',
        expect.objectContaining({
          event: 'outcomeUnknown',
          clientOrderId: 'mine-1',
          operation: 'placeOrder',
        }),
        'Outcome unknown',
      ],
    ]);
  });

  it('is silent about what happens on every call, unless asked', () => {
    const settled = { ...call, outcome: 'success' as const, attempts: 1, durationMs: 3 };
    const { lines } = start();
    channels.callSettled.publish(settled);
    expect(lines).toEqual([]);
    const asked = start({ events: ['callSettled', 'callSettled'] });
    channels.callSettled.publish(settled);
    channels.callSettled.publish({ ...settled, outcome: 'failure', error: new WEEXError() });
    expect(asked.lines.map(([level]) => level)).toEqual(['info', 'warn']);
  });

  it('writes durations in whole milliseconds', () => {
    const { lines } = start({ events: ['callSettled'] });
    channels.callSettled.publish({ ...call, outcome: 'success', attempts: 1, durationMs: 3.700000000000728 });
    expect(lines[0]?.[1]).toMatchObject({ durationMs: 4 });
  });

  it('uses warn where the logger has no info', () => {
    const { lines } = start({}, 'info');
    channels.circuitClosed.publish({ at, policy: 'orders', from: 'open' });
    expect(lines[0]?.[0]).toBe('warn');
  });

  it('samples by type, policy and operation', async () => {
    const clock = createFakeClock();
    const { lines } = start({ clock, sampling: { burst: 1 }, events: ['fallbackUsed'] });
    for (let count = 0; count < 4; count += 1)
      channels.fallbackUsed.publish({ ...call, error: new WEEXError() });
    channels.fallbackUsed.publish({ ...call, operation: 'getTicker', error: new WEEXError() });
    await clock.advance(10_000);
    expect(lines.map(([, , message]) => message)).toEqual([
      'Fallback used',
      'Fallback used',
      'Fallback used (3 more in 10000 ms)',
    ]);
  });

  it('does not listen if it rejects its arguments', () => {
    const events = ['circuitOpened', 'circuitopened'] as never;
    expect(() => logEvents({ warn() {}, error() {} }, { events })).toThrow(
      /^Cannot listen to events: unknown event "circuitopened" \(did you mean "circuitOpened"\?\); expected one of /,
    );
    expect(() => logEvents(undefined as never)).toThrow(/^Cannot log events: the logger must have/);
    expect(channels.circuitOpened.hasSubscribers).toBe(false);
  });

  it('ends with stop', () => {
    const { lines, stop } = start();
    stop();
    channels.circuitClosed.publish({ at, policy: 'orders', from: 'open' });
    expect(lines).toEqual([]);
    expect(Object.values(channels).some(({ hasSubscribers }) => hasSubscribers)).toBe(false);
  });
});
