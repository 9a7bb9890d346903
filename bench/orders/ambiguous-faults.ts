import type { Fault } from 'weex-resilience/testing';

/** Times of the run, in milliseconds: short, so that thousands of orders fit into minutes. */
export const attemptTimeoutMs = 500;
/** The longest time after its arrival at which a request may be executed. */
export const latestExecutionMs = 1_000;
/** The longest time for which a placed order may be invisible. */
const latestVisibilityMs = 600;

/**
 * What goes wrong with three requests of ten, reads and writes alike: after most of it a client does not know
 * whether its request was executed.
 */
export const ambiguousFaults: readonly Fault[] = [
  { kind: 'lost-reply', probability: 0.07 },
  { kind: 'reset', probability: 0.04 },
  { kind: 'hang', executed: true, probability: 0.03 },
  { kind: 'hang', executed: false, probability: 0.03 },
  { kind: 'server-error', executed: true, probability: 0.02 },
  { kind: 'server-error', executed: false, probability: 0.02 },
  { kind: 'proxy-html', status: 502, executed: true, probability: 0.015 },
  { kind: 'proxy-html', status: 504, executed: false, probability: 0.015 },
  { kind: 'truncated-body', probability: 0.01 },
  { kind: 'malformed-json', probability: 0.01 },
  { kind: 'refusal', endpoint: 'placeOrder', probability: 0.03 },
  { kind: 'rate-limit', retryAfterSeconds: 1, probability: 0.004 },
  { kind: 'delay', delayMs: 400, jitterMs: latestExecutionMs - 400, probability: 0.04 },
  {
    kind: 'late-visibility',
    endpoint: 'placeOrder',
    delayMs: latestVisibilityMs,
    probability: 0.1,
  },
];

/** An occasional ban for which the exchange gives no time: clients wait for the documented 10 s. */
export const ban: Fault = { kind: 'rate-limit', banMs: 500, probability: 0.0005 };
