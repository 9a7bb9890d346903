import { describe, expect, it } from 'vitest';
import {
  type FailureFacts,
  mayResend,
  nextStep,
  type ResolvedRetry,
} from '../../src/policies/retry/next-step.js';
import { ErrorRules } from '../../src/policies/rules/error-rules.js';
import { WEEXAuthenticationError, WEEXCircuitOpenError, WEEXSystemError } from '../../src/index.js';

const rules = new ErrorRules();
const down = new WEEXSystemError('down');
const clock = new WEEXAuthenticationError('timestamp', { reason: 'clock' });
const key = new WEEXAuthenticationError('no such key', { reason: 'credentials' });
const bug = new TypeError('a bug');

const plan = (more: Partial<ResolvedRetry> = {}): ResolvedRetry => ({
  maxRetries: undefined,
  backoff: undefined,
  on: undefined,
  budget: undefined,
  ...more,
});
const fresh: FailureFacts = {
  retry: plan(),
  retries: 0,
  rejection: undefined,
  inDoubt: false,
  canLookUp: false,
  hasResynchronized: false,
};

describe('what follows a failure', () => {
  it.each<[what: string, error: unknown, facts: Partial<FailureFacts>, step: ReturnType<typeof nextStep>]>([
    ['what passes is retried', down, {}, 'retry'],
    ['three times, where nobody says how often', down, { retries: 2 }, 'retry'],
    ['and not a fourth time', down, { retries: 3 }, 'fail'],
    ['as often as the policy says', down, { retry: plan({ maxRetries: 1 }), retries: 1 }, 'fail'],
    ['a bug is not retried', bug, {}, 'fail'],
    ['unless its class is named', bug, { retry: plan({ on: [TypeError] }) }, 'retry'],
    ['what is not named is not', down, { retry: plan({ on: [TypeError] }) }, 'fail'],
    ['nothing is where retry is off', down, { retry: false }, 'fail'],
    ['nor where neither policy nor registry says so', down, { retry: undefined }, 'fail'],
    ['what is in doubt is looked up', down, { inDoubt: true, canLookUp: true }, 'resolve'],
    ['with no retry left, too', down, { inDoubt: true, canLookUp: true, retries: 3 }, 'resolve'],
    ['with retry off, too', down, { inDoubt: true, canLookUp: true, retry: false }, 'resolve'],
    ['and fails where it cannot be', down, { inDoubt: true }, 'fail'],
    ['what is in doubt goes before a refused timestamp', clock, { inDoubt: true }, 'fail'],
    ['what is not in doubt needs no lookup', down, { canLookUp: true }, 'retry'],
    ['a refused timestamp has an attempt of its own', clock, {}, 'resynchronize'],
    ['which costs no retry', clock, { retries: 3 }, 'resynchronize'],
    ['but once', clock, { hasResynchronized: true }, 'fail'],
    ['and none where retry is off', clock, { retry: false }, 'fail'],
    ['another refused login is final', key, {}, 'fail'],
    ['a deadline is final', down, { rejection: 'deadline' }, 'fail'],
    ['a cool-down beyond it, too', down, { rejection: 'cool-down' }, 'fail'],
    ['a refusal is not retried', new WEEXCircuitOpenError('open'), { rejection: 'circuit-open' }, 'fail'],
    [
      'unless its class is named',
      new WEEXCircuitOpenError('open'),
      { rejection: 'circuit-open', retry: plan({ on: [WEEXCircuitOpenError] }) },
      'retry',
    ],
  ])('%s', (_what, error, facts, step) => {
    expect(nextStep(error, rules.find(error), { ...fresh, ...facts })).toBe(step);
  });

  it('follows the rule of the registry if the policy has no retry option', () => {
    const own = new ErrorRules();
    own.set(TypeError, { retry: { maxRetries: 1 } });
    own.set(WEEXAuthenticationError, { retry: {} });
    const facts = { ...fresh, retry: undefined };
    expect(nextStep(bug, own.find(bug), facts)).toBe('retry');
    expect(nextStep(bug, own.find(bug), { ...facts, retries: 1 })).toBe('fail');
    expect(nextStep(clock, own.find(clock), facts)).toBe('resynchronize');
  });
});

describe('an order that was proven absent', () => {
  it.each<[retry: FailureFacts['retry'], retries: number, may: boolean]>([
    [undefined, 0, true],
    [undefined, 1, false],
    [false, 0, false],
    [plan(), 2, true],
    [plan(), 3, false],
    [plan({ maxRetries: 0 }), 0, false],
  ])('with retry %o after %i retries may be sent again: %s', (retry, retries, may) => {
    expect(mayResend({ retry, retries })).toBe(may);
  });
});
