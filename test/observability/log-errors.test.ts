import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type LogOptions,
  logErrors,
  PortfolioError,
  type StructuredLogger,
  WEEXAuthenticationError,
  WEEXBulkheadFullError,
  WEEXCircuitOpenError,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXRateLimitError,
  WEEXRequestError,
  WEEXSystemError,
  WEEXTimeoutError,
} from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';
import { createFakeClock } from '../../src/testing/index.js';

type Line = [level: string, record: Record<string, unknown>, message: string];

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function start(options?: LogOptions): { lines: Line[]; stop: () => void } {
  const lines: Line[] = [];
  const write = (level: string) => (record: object, message?: string) => {
    lines.push([level, record as Record<string, unknown>, message ?? '']);
  };
  const logger: StructuredLogger = { warn: write('warn'), error: write('error') };
  const stop = logErrors(logger, options);
  stops.push(stop);
  return { lines, stop };
}

function failCall(error: unknown, facts: { operation?: string; outcome?: 'failure' | 'aborted' } = {}): void {
  const { operation, outcome = 'failure' } = facts;
  const call = { at: 1_700_000_000_000, policy: 'orders', callId: 3, attempts: 4, durationMs: 812 };
  channels.callSettled.publish({ ...call, outcome, error, operation });
}

describe('logErrors', () => {
  it.each([
    [new WEEXRateLimitError(), 'warn', 'warning', 'Rate limit exceeded'],
    [new WEEXAuthenticationError(), 'error', 'critical', 'Authentication failed'],
    [new WEEXSystemError(), 'error', 'high', 'System error occurred'],
    [new WEEXNetworkError(), 'error', 'high', 'Network error occurred'],
    [new WEEXTimeoutError('late', { scope: 'deadline' }), 'error', 'high', 'Timed out'],
    [new WEEXCircuitOpenError('open', { policy: 'p' }), 'error', 'high', 'Rejected by an open circuit'],
    [new WEEXBulkheadFullError('full', { policy: 'p' }), 'error', 'high', 'Rejected by a full bulkhead'],
    [new WEEXRequestError(), 'error', 'medium', 'Request refused'],
    [new WEEXOrderError(), 'error', 'medium', 'Order refused'],
    [new WEEXOutcomeUnknownError(), 'error', 'medium', 'Outcome unknown: the order may exist'],
    [new PortfolioError('', { portfolioValue: 1 }), 'error', 'medium', 'Portfolio error occurred'],
    [new WEEXError(), 'error', 'medium', 'Unknown error occurred'],
    [new TypeError('a bug'), 'error', 'medium', 'Unknown error occurred'],
    ['a text', 'error', 'medium', 'Unknown error occurred'],
  ])('writes %o with the severity of its family', (error, level, severity, message) => {
    const { lines } = start();
    failCall(error);
    expect(lines).toEqual([[level, expect.objectContaining({ severity, event: 'callSettled' }), message]]);
  });

  it('uses the severity of its family for a subclass', () => {
    class MaintenanceError extends WEEXSystemError {}
    const { lines } = start();
    failCall(new MaintenanceError());
    expect(lines[0]?.[1]).toMatchObject({ severity: 'high', errorType: 'MaintenanceError', kind: 'system' });
  });

  it('logs what is known about a failed call', () => {
    const { lines } = start();
    const error = new WEEXNetworkError('socket hang up', {
      code: 'ECONNRESET',
      requestId: 'r-1',
      retryAfter: 2,
      executionStatus: 'unknown',
    });
    failCall(error, { operation: 'placeOrder' });
    expect(lines[0]?.[1]).toEqual({
      event: 'callSettled',
      severity: 'high',
      errorType: 'WEEXNetworkError',
      errorMessage: 'socket hang up',
      kind: 'network',
      code: 'ECONNRESET',
      requestId: 'r-1',
      retryAfterMs: 2000,
      executionStatus: 'unknown',
      policy: 'orders',
      operation: 'placeOrder',
      callId: 3,
      attempts: 4,
      durationMs: 812,
      timestamp: '2023-11-14T22:13:20.000Z',
    });
  });

  it('logs what is known about a failed request', () => {
    const { lines } = start();
    const error = new WEEXRateLimitError('slow down', { code: 429 });
    const request = { method: 'GET', path: '/api/v3/market/depth', status: 429, durationMs: 12 };
    channels.errorClassified.publish({ at: 1_700_000_000_000, error, ...request });
    expect(lines).toEqual([
      [
        'warn',
        {
          event: 'errorClassified',
          severity: 'warning',
          errorType: 'WEEXRateLimitError',
          errorMessage: 'slow down',
          kind: 'rate-limit',
          code: 429,
          ...request,
          timestamp: '2023-11-14T22:13:20.000Z',
        },
        'Rate limit exceeded',
      ],
    ]);
  });

  it('is silent about successes, aborts and attempts', () => {
    const { lines } = start();
    failCall(new Error('stop'), { outcome: 'aborted' });
    const call = { at: 1, policy: 'orders', callId: 3 };
    channels.callSettled.publish({ ...call, outcome: 'success', attempts: 1, durationMs: 1 });
    channels.attemptSettled.publish({
      ...call,
      outcome: 'failure',
      attempt: 0,
      durationMs: 1,
      error: new Error('x'),
    });
    expect(lines).toEqual([]);
  });

  it('ends with stop, and the second stop does nothing', () => {
    const { lines, stop } = start();
    stop();
    stop();
    failCall(new WEEXError());
    expect(lines).toEqual([]);
    expect(channels.callSettled.hasSubscribers).toBe(false);
    expect(channels.errorClassified.hasSubscribers).toBe(false);
  });

  it('writes no secret', () => {
    const { lines } = start();
    const secret = 'c2VjcmV0LXZhbHVl==';
    const texts = [
      `ACCESS-KEY: ${secret}`,
      `access-sign=${secret}&symbol=BTCUSDT`,
      `{"ACCESS-PASSPHRASE":"${secret}"}`,
      `apiKey='${secret}'`,
      `{"body":"{\\"secretKey\\":\\"${secret}\\"}"}`,
      `WEEX_SECRET_KEY=${secret}`,
      `Authorization: Bearer ${secret}`,
      `api_secret = ${secret}, retrying`,
    ];
    const data = { apiKey: secret };
    const context = { headers: { 'ACCESS-SIGN': secret } };
    for (const text of texts) {
      failCall(new WEEXError(text, { data, context, cause: new Error(text), code: texts.indexOf(text) }));
    }
    expect(lines).toHaveLength(texts.length);
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(lines.map(([, { errorMessage }]) => errorMessage)).toContain(
      'access-sign=[redacted]&symbol=BTCUSDT',
    );
  });

  it('leaves words unchanged that are not secrets', () => {
    const { lines } = start();
    failCall(new WEEXAuthenticationError('API key or passphrase wrong; signature check failed'));
    expect(lines[0]?.[1]['errorMessage']).toBe('API key or passphrase wrong; signature check failed');
  });

  it('cuts a long message', () => {
    const { lines } = start();
    failCall(new WEEXError('<html>'.repeat(100_000)));
    expect(String(lines[0]?.[1]['errorMessage'])).toHaveLength(300);
  });

  it('rejects values that are not loggers', () => {
    for (const wrong of [undefined, null, {}, { warn() {} }, 'console']) {
      expect(() => logErrors(wrong as never)).toThrow(TypeError);
    }
    expect(() => logErrors({ warn() {} } as never)).toThrow(
      'Cannot log errors: the logger must have the methods warn and error, received object without error',
    );
    expect(channels.callSettled.hasSubscribers).toBe(false);
  });

  it('logs a storm in five lines and a count', async () => {
    const clock = createFakeClock(1_000);
    const { lines } = start({ clock });
    for (let count = 0; count < 10_000; count += 1)
      failCall(new WEEXNetworkError('gone', { code: 'ECONNRESET' }));
    expect(lines).toHaveLength(5);
    failCall(new WEEXAuthenticationError());
    expect(lines).toHaveLength(6);
    await clock.advance(10_000);
    expect(lines).toHaveLength(7);
    expect(lines[6]).toEqual([
      'error',
      expect.objectContaining({ suppressed: 9_995, windowMs: 10_000, errorType: 'WEEXNetworkError' }),
      'Network error occurred (9995 more in 10000 ms)',
    ]);
    expect(clock.pendingTimers).toBe(0);
    failCall(new WEEXNetworkError('gone', { code: 'ECONNRESET' }));
    expect(lines).toHaveLength(8);
  });

  it('writes the count at stop, and leaves no timer', () => {
    const clock = createFakeClock();
    const { lines, stop } = start({ clock, sampling: { burst: 1, windowMs: 60_000 } });
    for (let count = 0; count < 3; count += 1) failCall(new WEEXError());
    stop();
    expect(lines.map(([, { suppressed }]) => suppressed)).toEqual([undefined, 2]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('writes the count of a window before the lines of the next', async () => {
    const clock = createFakeClock();
    const late = { ...clock, setTimeout: () => 0 };
    const { lines } = start({ clock: late, sampling: { burst: 1 } });
    for (let count = 0; count < 3; count += 1) failCall(new WEEXError());
    await clock.advance(10_000);
    failCall(new WEEXError());
    expect(lines.map(([, { suppressed }]) => suppressed)).toEqual([undefined, 2, undefined]);
  });

  it('starts a new window if the clock was set back', () => {
    let now = 10_000_000;
    const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => {} };
    const { lines } = start({ clock, sampling: { burst: 1 } });
    failCall(new WEEXError());
    now -= 3_600_000;
    failCall(new WEEXError());
    expect(lines).toHaveLength(2);
  });

  it('stays small in a storm of many kinds', async () => {
    const clock = createFakeClock();
    const { lines } = start({ clock });
    for (let code = 0; code < 10_000; code += 1) failCall(new WEEXError('x', { code }));
    expect(lines).toHaveLength(105);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(10_000);
    expect(lines).toHaveLength(106);
    expect(lines.at(-1)?.[1]).toMatchObject({ suppressed: 9_895 });
    failCall(new WEEXError('x', { code: 77_777 }));
    expect(lines).toHaveLength(107);
  });

  it('writes every line without sampling', () => {
    const { lines } = start({ sampling: false });
    for (let count = 0; count < 100; count += 1) failCall(new WEEXError());
    expect(lines).toHaveLength(100);
  });

  it('rejects sampling out of range, all faults at once', () => {
    const logger: StructuredLogger = { warn() {}, error() {} };
    expect(() => logErrors(logger, { sampling: { burst: 0, windowMs: Number.NaN } })).toThrow(
      'Cannot log errors:\n- sampling.burst must be a whole number of at least 1, received 0\n- sampling.windowMs must be a number from 1 to 2147483647, received NaN',
    );
    expect(() => logErrors(logger, { sampling: { windowMs: 2 ** 31 } })).toThrow(RangeError);
    expect(channels.callSettled.hasSubscribers).toBe(false);
  });

  it('swallows every fault of a logger, even from its timer', async () => {
    const clock = createFakeClock();
    const logger = {
      warn: vi.fn(() => Promise.reject(new Error('disk full'))),
      error: vi.fn(() => {
        throw new Error('disk full');
      }),
    };
    const stop = logErrors(logger, { clock, sampling: { burst: 1 } });
    for (let count = 0; count < 3; count += 1) {
      failCall(new WEEXError());
      failCall(new WEEXRateLimitError());
    }
    await clock.advance(10_000);
    stop();
    expect(logger.error).toHaveBeenCalledTimes(2);
    expect(logger.warn).toHaveBeenCalledTimes(2);
  });

  it("calls the logger's methods with the right this", () => {
    class Logger {
      readonly lines: object[] = [];
      warn(record: object): void {
        this.lines.push(record);
      }
      error(record: object): void {
        this.lines.push(record);
      }
    }
    const logger = new Logger();
    stops.push(logErrors(logger));
    failCall(new WEEXError());
    failCall(new WEEXRateLimitError());
    expect(logger.lines).toHaveLength(2);
  });
});
