import type { RehearsalScenario } from './rehearsal-scenario.js';

/** The default scenario of a rehearsal: everything that this library must withstand, again and again. */
export const badYear: RehearsalScenario = {
  name: 'bad-year',
  description:
    'Storms, lost replies, late executions, an outage, maintenance, crashes and changes of the clock.',
  network: {
    latencyMs: 5,
    jitterMs: 60,
    mishaps: {
      refused: 0.002,
      reset: 0.003,
      'request-lost': 0.003,
      'reply-lost': 0.004,
      cut: 0.004,
      duplicate: 0.004,
      'half-open': 0.001,
    },
  },
  crashesPerDay: 0.5,
  clockSteps: { perDay: 0.5, maxMs: 25_000 },
  phases: [
    { name: 'calm', durationMs: 8_000, jitterMs: 3_000 },
    {
      name: 'rate-limit storm',
      durationMs: 10_000,
      jitterMs: 2_000,
      faults: [
        { kind: 'tight-limits', weight: 200, orders: 60 },
        { kind: 'rate-limit', probability: 0.1 },
        { kind: 'refusal', endpoint: 'placeOrder', probability: 0.05 },
      ],
    },
    {
      name: 'lost replies',
      durationMs: 15_000,
      jitterMs: 3_000,
      faults: [
        { kind: 'late-visibility', delayMs: 3_000, probability: 0.3 },
        { kind: 'lost-reply', endpoint: 'writes', probability: 0.2 },
        { kind: 'truncated-body', endpoint: 'writes', probability: 0.05 },
        { kind: 'malformed-json', probability: 0.03 },
        // Something in between answers instead of the exchange, which has executed the order.
        ...[403, 404, 425, 429].map(
          (status) =>
            ({
              kind: 'proxy-html',
              status,
              endpoint: 'writes',
              executed: true,
              probability: 0.01,
            }) as const,
        ),
        { kind: 'reset', probability: 0.05 },
      ],
    },
    {
      name: 'late executions',
      durationMs: 15_000,
      jitterMs: 3_000,
      faults: [
        { kind: 'delay', endpoint: 'writes', delayMs: 0, jitterMs: 25_000, probability: 0.15 },
        { kind: 'hang', endpoint: 'writes', executed: true, probability: 0.05 },
        { kind: 'hang', probability: 0.03 },
        { kind: 'delay', delayMs: 100, jitterMs: 900, probability: 0.3 },
      ],
    },
    {
      name: 'outage',
      durationMs: 8_000,
      jitterMs: 2_000,
      faults: [
        { kind: 'reset', probability: 0.2 },
        { kind: 'proxy-html', probability: 0.3 },
        { kind: 'proxy-html', status: 504, endpoint: 'writes', executed: true, probability: 0.1 },
        { kind: 'hang', probability: 0.1 },
        { kind: 'server-error', status: 503 },
      ],
    },
    {
      name: 'maintenance',
      durationMs: 6_000,
      jitterMs: 1_000,
      faults: [{ kind: 'maintenance', retryAfterSeconds: 2 }],
    },
    {
      name: 'clock skew',
      durationMs: 8_000,
      jitterMs: 2_000,
      faults: [{ kind: 'clock-skew', skewMs: 20_000 }],
    },
    { name: 'recovery', durationMs: 10_000, jitterMs: 2_000 },
  ],
};
