import { channel } from 'node:diagnostics_channel';
import { createPolicy, onResilienceEvent } from 'weex-resilience';
import { compare } from './harness.js';

// What events cost a successful call. Without listeners a call only checks each of its channels; the case that
// checks them all twice shows the cost of those checks.
const policy = createPolicy({
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 10, queue: 50 },
});
const work = async (): Promise<number> => 42;
const call = (): Promise<number> => policy.execute(work);

const asked = ['callStarted', 'attemptStarted', 'attemptSettled', 'callSettled', 'outcomeUnknown'].map(
  (type) => channel(`weex-resilience:${type}`),
);
let listening = 0;

await compare({
  title: 'Events of a call, no listeners',
  baseline: 'call',
  cases: {
    call,
    'call that checks every channel twice': () => {
      for (const each of asked) if (each.hasSubscribers) listening += 1;
      return call();
    },
  },
});
if (listening > 0) throw new Error('There was a listener: the figures above are invalid');

let heard = 0;
const hear = (): void => {
  heard += 1;
};
/** A call with one listener attached for its duration. */
const heardCall = (type: 'callSettled' | '*') => async (): Promise<void> => {
  const stop = type === '*' ? onResilienceEvent('*', hear) : onResilienceEvent(type, hear);
  for (let count = 0; count < 100; count += 1) await call();
  stop();
};

await compare({
  title: 'A hundred calls with a listener',
  baseline: 'nobody',
  cases: {
    nobody: async () => {
      for (let count = 0; count < 100; count += 1) await call();
    },
    'to callSettled': heardCall('callSettled'),
    'to every event': heardCall('*'),
  },
});
if (heard === 0) throw new Error('There was no listener: the figures above are invalid');
