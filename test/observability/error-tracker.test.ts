import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ErrorTracker,
  type ErrorTrackerSnapshot,
  WEEXAuthenticationError,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXRateLimitError,
} from '../../src/index.js';

const start = Date.UTC(2026, 0, 1);

function trackerAt(capacity?: number): { tracker: ErrorTracker; clock: { ms: number; now(): number } } {
  const clock = { ms: start, now: () => clock.ms };
  return { tracker: new ErrorTracker({ capacity, clock }), clock };
}

describe('ErrorTracker', () => {
  it('returns the summary of weex-client', () => {
    const { tracker } = trackerAt();
    for (let count = 0; count < 3; count += 1)
      tracker.record(new WEEXRateLimitError('slow down', { code: 40029 }));
    tracker.record(new WEEXRateLimitError('slow down', { code: -1003 }));
    tracker.record(new WEEXAuthenticationError('bad key', { code: '40012' }));
    const { totalErrors, errorTypes, commonPatterns, recentErrors } = tracker.summary();
    expect(totalErrors).toBe(5);
    expect(errorTypes).toEqual({ WEEXRateLimitError: 4, WEEXAuthenticationError: 1 });
    expect(commonPatterns).toEqual([
      { pattern: 'WEEXRateLimitError_40029', count: 3 },
      { pattern: 'WEEXRateLimitError_-1003', count: 1 },
      { pattern: 'WEEXAuthenticationError_40012', count: 1 },
    ]);
    expect(recentErrors).toHaveLength(5);
    expect(recentErrors.at(-1)).toEqual({
      timestamp: new Date(start),
      type: 'WEEXAuthenticationError',
      kind: 'authentication',
      code: 40012,
      message: 'bad key',
    });
  });

  it('keeps the last ten errors and the top five patterns', () => {
    const { tracker } = trackerAt(1);
    for (let code = 1; code <= 20; code += 1) {
      for (let count = 0; count < code; count += 1) tracker.record(new WEEXError('x', { code }));
    }
    const { commonPatterns, recentErrors } = tracker.summary();
    expect(commonPatterns.map(({ count }) => count)).toEqual([20, 19, 18, 17, 16]);
    expect(recentErrors.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 20));
  });

  it('is empty if nothing was recorded', () => {
    expect(trackerAt().tracker.summary()).toEqual({
      totalErrors: 0,
      errorTypes: {},
      commonPatterns: [],
      recentErrors: [],
      firstSeen: undefined,
      lastSeen: undefined,
      rates: { oneMinute: 0, fiveMinutes: 0, fifteenMinutes: 0 },
      bursts: [],
      unknownOutcomes: { count: 0, share: 0 },
      patterns: [],
      operations: [],
    });
  });

  it('averages over 1, 5 and 15 minutes, and forgets', () => {
    const { tracker, clock } = trackerAt();
    const rates = () => Object.values(tracker.summary().rates);
    for (let minute = 0; minute < 15; minute += 1) {
      for (let count = 0; count < 6; count += 1) {
        tracker.record(new WEEXError());
        clock.ms += 10_000;
      }
    }
    clock.ms -= 10_000;
    expect(rates()).toEqual([6, 6, 6]);
    clock.ms += 60_000;
    expect(rates()).toEqual([0, 24 / 5, 84 / 15]);
    clock.ms += 14 * 60_000;
    expect(rates()).toEqual([0, 0, 0]);
    expect(tracker.summary()).toMatchObject({
      totalErrors: 90,
      firstSeen: new Date(start),
      lastSeen: new Date(start + 890_000),
    });
  });

  it('reports the share of unknown outcomes, in total and by operation and pattern', () => {
    const { tracker, clock } = trackerAt();
    tracker.record(new WEEXNetworkError('gone', { executionStatus: 'unknown' }), { operation: 'placeOrder' });
    clock.ms += 1000;
    tracker.record(new WEEXOutcomeUnknownError('gone', { clientOrderId: 'mine-1' }), {
      operation: 'placeOrder',
    });
    tracker.record(new WEEXOrderError('no', { executionStatus: 'not-executed' }), {
      operation: 'placeOrder',
    });
    tracker.record(new WEEXNetworkError('gone'), { operation: 'getTicker' });
    const { unknownOutcomes, operations, patterns, recentErrors } = tracker.summary();
    expect(unknownOutcomes).toEqual({ count: 2, share: 0.5 });
    expect(operations).toEqual([
      {
        operation: 'placeOrder',
        count: 3,
        undercount: 0,
        unknownOutcomes: 2,
        firstSeen: new Date(start),
        lastSeen: new Date(start + 1000),
      },
      expect.objectContaining({ operation: 'getTicker', count: 1, unknownOutcomes: 0 }),
    ]);
    expect(patterns[0]).toMatchObject({ pattern: 'WEEXNetworkError_none', count: 2, unknownOutcomes: 1 });
    expect(recentErrors[1]).toMatchObject({ clientOrderId: 'mine-1', executionStatus: 'unknown' });
  });

  it('takes the operation from the context of the error if none is given', () => {
    const { tracker } = trackerAt();
    tracker.record(new WEEXError('x', { context: { operation: 'getDepth', path: '/a' } }));
    tracker.record(new WEEXError('x', { context: { method: 'POST', path: '/api/v3/order' } }));
    tracker.record(new WEEXError('x', { context: { path: '/api/v3/time' } }));
    tracker.record(new WEEXError('x'));
    const operations = tracker.summary().operations.map(({ operation }) => operation);
    expect(operations).toEqual(['getDepth', 'POST /api/v3/order', '/api/v3/time']);
  });

  it('counts anything that was thrown, by the most specific name', () => {
    class MarginCallError extends WEEXOrderError {}
    class Named extends Error {
      override name = 'GivenName';
    }
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const { tracker } = trackerAt();
    const thrown = [
      new MarginCallError('x', { code: 1 }),
      new Named('x'),
      new TypeError('x'),
      new DOMException('x', 'AbortError'),
      Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      'text',
      undefined,
      null,
      42n,
      Symbol('s'),
      Object.create(null),
      revoked.proxy,
      { name: '__proto__', message: 7 },
    ];
    for (const value of thrown) tracker.record(value);
    expect(Object.keys(tracker.summary().errorTypes).toSorted()).toEqual(
      [
        'MarginCallError',
        'GivenName',
        'TypeError',
        'AbortError',
        'Error',
        'string',
        'undefined',
        'object',
        'bigint',
        'symbol',
        'Object',
        '__proto__',
      ].toSorted(),
    );
    expect(tracker.summary()).toMatchObject({ totalErrors: thrown.length });
    expect(tracker.summary().patterns.map(({ pattern }) => pattern)).toContain('Error_ECONNRESET');
    expect(JSON.parse(JSON.stringify(tracker.summary()))).toHaveProperty('totalErrors', thrown.length);
  });

  it('stays small and correct about the frequent ones, whatever comes', () => {
    const { tracker, clock } = trackerAt(100);
    for (let index = 0; index < 50_000; index += 1) {
      clock.ms += index % 3;
      const rare = new WEEXError(`m${index}`.repeat(40), {
        code: `C${index}`,
        requestId: 'r'.repeat(10_000),
      });
      Object.defineProperty(rare, 'name', { value: `Class${index}` });
      tracker.record(rare, { operation: `op${index}` });
      if (index % 5 === 0) tracker.record(new WEEXRateLimitError('x', { code: 429 }), { operation: 'busy' });
    }
    const { totalErrors, commonPatterns, patterns, operations, errorTypes } = tracker.summary();
    expect(totalErrors).toBe(60_000);
    expect(commonPatterns[0]?.pattern).toBe('WEEXRateLimitError_429');
    expect(commonPatterns[1]?.count).toBe(1);
    expect(patterns[0]).toMatchObject({ count: expect.closeTo(10_000, -3) as number });
    expect(operations[0]?.operation).toBe('busy');
    expect(errorTypes['WEEXRateLimitError']).toBeGreaterThanOrEqual(10_000);
    expect(Object.keys(errorTypes)).toHaveLength(100);
    expect(Object.values(errorTypes).reduce((sum, count) => sum + count)).toBe(60_000);
    expect(JSON.stringify(tracker.snapshot()).length).toBeLessThan(100_000);
  });

  it('keeps no secret and no reference to its input', () => {
    const { tracker } = trackerAt();
    const secret = 'hunter2hunter2';
    tracker.record(
      new WEEXError(`refused: ACCESS-KEY: ${secret}, {"secretKey":"${secret}"}`, {
        data: { secret },
        context: { headers: { 'ACCESS-SIGN': secret } },
        cause: new Error(secret),
      }),
    );
    expect(JSON.stringify([tracker.summary(), tracker.snapshot()])).not.toContain(secret);
    expect(tracker.summary().recentErrors[0]?.message).toMatch(/^refused: ACCESS-KEY: /);
  });

  it('stands still while the clock steps back', () => {
    const { tracker, clock } = trackerAt();
    tracker.record(new WEEXError());
    clock.ms -= 3_600_000;
    tracker.record(new WEEXError());
    expect(tracker.summary()).toMatchObject({ rates: { oneMinute: 2 }, lastSeen: new Date(start) });
  });

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    100_001,
    '5' as unknown as number,
    null as never,
  ])('rejects the capacity %s', (capacity) => {
    expect(() => new ErrorTracker({ capacity })).toThrow(
      /^Cannot create the error tracker: capacity must be a whole number from 1 to 100000, received /,
    );
  });
});

describe('bursts', () => {
  const storm = (tracker: ErrorTracker, clock: { ms: number }, errors: number, gapMs: number, code = 1) => {
    for (let count = 0; count < errors; count += 1) {
      clock.ms += gapMs;
      tracker.record(new WEEXError('x', { code }));
    }
  };

  it('finds ten errors within ten seconds after a quiet time, and their end', () => {
    const { tracker, clock } = trackerAt();
    storm(tracker, clock, 9, 60_000);
    clock.ms += 60_000;
    const before = clock.ms;
    storm(tracker, clock, 50, 100, 7);
    expect(tracker.summary().bursts).toEqual([
      {
        startedAt: new Date(before),
        endedAt: undefined,
        errors: 50,
        peakPerSecond: 10,
        pattern: 'WEEXError_7',
      },
    ]);
    const last = clock.ms;
    clock.ms += 10_001;
    expect(tracker.summary().bursts).toMatchObject([{ endedAt: new Date(last), errors: 50 }]);
    storm(tracker, clock, 1, 60_000);
    expect(tracker.summary().bursts).toMatchObject([{ endedAt: new Date(last), errors: 50 }]);
  });

  it('are not seen at the usual rate, and one is seen at five times that rate', () => {
    const { tracker, clock } = trackerAt();
    storm(tracker, clock, 3600, 500);
    const usual = tracker.summary().bursts.length;
    storm(tracker, clock, 40, 500);
    expect(tracker.summary().bursts).toHaveLength(usual);
    expect(usual).toBe(1);
    clock.ms += 20_000;
    storm(tracker, clock, 90, 110, 9);
    expect(tracker.summary().bursts).toHaveLength(1);
    storm(tracker, clock, 200, 25, 9);
    expect(tracker.summary().bursts).toHaveLength(2);
    expect(tracker.summary().bursts[1]).toMatchObject({ endedAt: undefined, pattern: 'WEEXError_9' });
  });

  it('keeps the last ten', () => {
    const { tracker, clock } = trackerAt();
    for (let burst = 1; burst <= 15; burst += 1) {
      storm(tracker, clock, 20, 10, burst);
      clock.ms += 3_600_000;
    }
    const patterns = tracker.summary().bursts.map(({ pattern }) => pattern);
    expect(patterns).toEqual(Array.from({ length: 10 }, (_, index) => `WEEXError_${index + 6}`));
  });
});

describe('snapshot and restore', () => {
  const codes = fc.array(
    fc.record({ code: fc.integer({ min: 1, max: 60 }), gap: fc.integer({ min: 0, max: 90_000 }) }),
    {
      maxLength: 80,
    },
  );

  it('continues after a restart as if there had been none', () => {
    fc.assert(
      fc.property(codes, codes, (before, after) => {
        const whole = trackerAt();
        const first = trackerAt();
        const feed = ({ tracker, clock }: ReturnType<typeof trackerAt>, errors: typeof before) => {
          for (const { code, gap } of errors) {
            clock.ms += gap;
            tracker.record(new WEEXError('x', { code }), { operation: `op${code % 7}` });
          }
        };
        for (const one of [whole, first]) feed(one, before);
        const second = trackerAt();
        second.clock.ms = first.clock.ms;
        second.tracker.restore(JSON.parse(JSON.stringify(first.tracker.snapshot())) as ErrorTrackerSnapshot);
        for (const one of [whole, second]) feed(one, after);
        // A burst is cut in two by a restart; entries of equal counts have no order.
        const comparable = (tracker: ErrorTracker) => {
          const { totalErrors, errorTypes, recentErrors, rates, commonPatterns, operations } =
            tracker.summary();
          const counts = commonPatterns.map(({ count }) => count);
          return { totalErrors, errorTypes, recentErrors, rates, counts, operations: new Set(operations) };
        };
        expect(comparable(second.tracker)).toEqual(comparable(whole.tracker));
      }),
    );
  });

  it('replaces the previous state', () => {
    const { tracker } = trackerAt();
    tracker.record(new WEEXError('x', { code: 1 }));
    const { tracker: other } = trackerAt();
    other.record(new WEEXRateLimitError('y', { code: 2 }));
    tracker.restore(other.snapshot());
    expect(tracker.summary()).toEqual(other.summary());
    tracker.restore(trackerAt().tracker.snapshot());
    expect(tracker.summary()).toEqual(trackerAt().tracker.summary());
  });

  it('ends a burst that was in progress', () => {
    const { tracker, clock } = trackerAt();
    for (let count = 0; count < 20; count += 1) tracker.record(new WEEXError('x', { code: 1 }));
    const copy = new ErrorTracker({ clock });
    copy.restore(tracker.snapshot());
    expect(tracker.summary().bursts[0]?.endedAt).toBeUndefined();
    expect(copy.summary().bursts).toMatchObject([{ errors: 20, endedAt: new Date(start) }]);
  });

  it('rejects what is not a snapshot, names the faults and changes nothing', () => {
    const { tracker } = trackerAt();
    tracker.record(new WEEXError('x', { code: 1 }));
    const before = tracker.summary();
    const snapshot = tracker.snapshot();
    const repeated = [...snapshot.types, ...snapshot.types];
    const wrong = { ...snapshot, version: 2, totalErrors: -1, types: repeated, extra: 1 };
    expect(() => tracker.restore(wrong as never)).toThrow(TypeError);
    expect(() => tracker.restore(wrong as never)).toThrow(
      'Cannot restore the error tracker: version must be 1, received 2; totalErrors must be >=0, received -1; types must be a list without repeated keys, received Array; extra is unknown',
    );
    for (const nothing of [undefined, null, 'x', [], {}]) {
      expect(() => tracker.restore(nothing as never)).toThrow(/^Cannot restore the error tracker: /);
    }
    expect(tracker.summary()).toEqual(before);
  });
});
