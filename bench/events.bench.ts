import { channel } from 'node:diagnostics_channel';
import { createPolicy, onResilienceEvent } from 'weex-resilience';
import { compare } from './harness.js';

// What events cost a call that succeeds. With nobody listening a call only asks each of its channels; a call that
// asks them all once more tells what that costs.
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
  title: 'Events of a call, nobody listening',
  baseline: 'call',
  cases: {
    call,
    'call that asks every channel twice': () => {
      for (const each of asked) if (each.hasSubscribers) listening += 1;
      return call();
    },
  },
});
if (listening > 0) throw new Error('Somebody listened: the figures above are not what they say');

let heard = 0;
const hear = (): void => {
  heard += 1;
};
/** A call with one listener for as long as it takes. */
const heardCall = (type: 'callSettled' | '*') => async (): Promise<void> => {
  const stop = type === '*' ? onResilienceEvent('*', hear) : onResilienceEvent(type, hear);
  for (let count = 0; count < 100; count += 1) await call();
  stop();
};

await compare({
  title: 'A hundred calls, somebody listening',
  baseline: 'nobody',
  cases: {
    nobody: async () => {
      for (let count = 0; count < 100; count += 1) await call();
    },
    'to callSettled': heardCall('callSettled'),
    'to every event': heardCall('*'),
  },
});
if (heard === 0) throw new Error('Nobody listened: the figures above are not what they say');
