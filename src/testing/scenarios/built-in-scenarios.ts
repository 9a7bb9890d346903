import type { Scenario } from '../scenario.js';

/** The scenarios that come with the package, by name. */
export const builtInScenarios: Readonly<Record<string, Scenario>> = byName([
  {
    name: 'calm',
    description: 'Nothing goes wrong.',
  },
  {
    name: 'rate-limit-storm',
    description: 'Others use up the limits of the address: repeated 429s and bans.',
    phases: [
      { name: 'calm', durationMs: 2_000, jitterMs: 500 },
      {
        name: 'storm',
        durationMs: 12_000,
        jitterMs: 1_500,
        faults: [
          { kind: 'tight-limits', weight: 120, orders: 48 },
          { kind: 'rate-limit', probability: 0.15 },
          { kind: 'rate-limit', endpoint: 'reads', probability: 0.01, banMs: 1_500, retryAfterSeconds: 2 },
        ],
      },
    ],
  },
  {
    name: 'lost-replies',
    description: 'Requests are executed but their answers lost; new orders become visible late.',
    phases: [
      { name: 'calm', durationMs: 1_500, jitterMs: 500 },
      {
        name: 'lost replies',
        durationMs: 15_000,
        jitterMs: 2_000,
        faults: [
          { kind: 'late-visibility', delayMs: 400, probability: 0.5 },
          { kind: 'lost-reply', endpoint: 'writes', probability: 0.3 },
          { kind: 'truncated-body', endpoint: 'writes', probability: 0.05 },
          { kind: 'reset', endpoint: 'writes', probability: 0.1 },
          { kind: 'lost-reply', endpoint: 'reads', probability: 0.05 },
        ],
      },
    ],
  },
  {
    name: 'outage',
    description: 'For some seconds nothing works: resets, 5xx, no answers.',
    phases: [
      { name: 'calm', durationMs: 3_000, jitterMs: 1_000 },
      {
        name: 'outage',
        durationMs: 8_000,
        jitterMs: 2_000,
        faults: [
          { kind: 'hang', probability: 0.2 },
          { kind: 'reset', probability: 0.3 },
          { kind: 'server-error', status: 502, probability: 0.4 },
          { kind: 'server-error', status: 503 },
        ],
      },
    ],
  },
  {
    name: 'brown-out',
    description: 'Everything is slow, and some answers are too slow.',
    phases: [
      { name: 'calm', durationMs: 2_000, jitterMs: 500 },
      {
        name: 'brown-out',
        durationMs: 15_000,
        jitterMs: 2_000,
        faults: [
          { kind: 'delay', delayMs: 300, jitterMs: 900 },
          { kind: 'delay', delayMs: 4_000, probability: 0.1 },
          { kind: 'slow-body', durationMs: 2_500, probability: 0.1 },
          { kind: 'server-error', status: 504, executed: true, endpoint: 'writes', probability: 0.05 },
        ],
      },
    ],
  },
  {
    name: 'maintenance',
    description: 'The exchange is closed for a while, and says so.',
    phases: [
      { name: 'calm', durationMs: 2_000, jitterMs: 500 },
      {
        name: 'maintenance',
        durationMs: 10_000,
        jitterMs: 2_000,
        faults: [{ kind: 'maintenance', retryAfterSeconds: 3 }],
      },
    ],
  },
  {
    name: 'clock-skew',
    description: 'The clock of the exchange drifts away and comes back.',
    phases: [
      { name: 'calm', durationMs: 2_000, jitterMs: 500 },
      { name: 'ahead', durationMs: 8_000, jitterMs: 1_000, faults: [{ kind: 'clock-skew', skewMs: 45_000 }] },
      {
        name: 'behind',
        durationMs: 8_000,
        jitterMs: 1_000,
        faults: [{ kind: 'clock-skew', skewMs: -45_000 }],
      },
    ],
  },
  {
    name: 'proxy-html',
    description: 'A proxy in between answers with HTML pages, or truncates the JSON.',
    phases: [
      { name: 'calm', durationMs: 1_500, jitterMs: 500 },
      {
        name: 'proxy',
        durationMs: 12_000,
        jitterMs: 2_000,
        faults: [
          { kind: 'proxy-html', status: 502, probability: 0.2 },
          { kind: 'proxy-html', status: 200, probability: 0.05 },
          { kind: 'proxy-html', status: 403, endpoint: 'reads', probability: 0.05 },
          { kind: 'proxy-html', status: 504, executed: true, endpoint: 'writes', probability: 0.1 },
          { kind: 'malformed-json', probability: 0.1 },
        ],
      },
    ],
  },
  {
    name: 'bad-day',
    description: 'Calm, a rate-limit storm, lost replies, an outage, maintenance, and recovery.',
    phases: [
      { name: 'calm', durationMs: 5_000, jitterMs: 500 },
      {
        name: 'rate-limit storm',
        durationMs: 8_000,
        jitterMs: 800,
        faults: [
          { kind: 'tight-limits', weight: 200, orders: 60 },
          { kind: 'rate-limit', probability: 0.2 },
          { kind: 'refusal', endpoint: 'placeOrder', probability: 0.05 },
        ],
      },
      {
        name: 'lost replies',
        durationMs: 9_000,
        jitterMs: 800,
        faults: [
          { kind: 'late-visibility', delayMs: 300, probability: 0.5 },
          { kind: 'lost-reply', endpoint: 'writes', probability: 0.35 },
          { kind: 'reset', probability: 0.08 },
          { kind: 'malformed-json', probability: 0.05 },
        ],
      },
      {
        name: 'outage',
        durationMs: 7_000,
        jitterMs: 800,
        faults: [
          { kind: 'hang', probability: 0.15 },
          { kind: 'reset', probability: 0.25 },
          { kind: 'proxy-html', probability: 0.4 },
          { kind: 'server-error', status: 503 },
        ],
      },
      {
        name: 'maintenance',
        durationMs: 6_000,
        jitterMs: 600,
        faults: [{ kind: 'maintenance', retryAfterSeconds: 2 }],
      },
      {
        name: 'recovery',
        durationMs: 8_000,
        jitterMs: 800,
        faults: [{ kind: 'delay', delayMs: 200, jitterMs: 600, untilMs: 3_000, probability: 0.5 }],
      },
    ],
  },
]);

function byName(scenarios: readonly Scenario[]): Record<string, Scenario> {
  return Object.fromEntries(scenarios.map((scenario) => [scenario.name, scenario]));
}
