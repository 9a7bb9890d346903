import { createRandom, type Scenario } from 'weex-resilience/testing';

/** A random storm: soft refusals, bans that restart on every request, tightened limits, lost replies. */
export function mixture(seed: number): Scenario {
  const random = createRandom(`mixture ${seed}`);
  const between = (low: number, high: number): number => low + (high - low) * random();
  return {
    name: `mixture-${seed}`,
    phases: [
      { name: 'calm', durationMs: 2_000 },
      {
        name: 'storm',
        durationMs: 12_000,
        faults: [
          { kind: 'late-visibility', delayMs: 300, probability: 0.5 },
          ...(random() < 0.5
            ? [
                {
                  kind: 'rate-limit' as const,
                  banMs: Math.round(between(2_000, 6_000)),
                  restarts: true,
                  fromMs: Math.round(between(1_000, 6_000)),
                  count: 1,
                },
              ]
            : []),
          ...(random() < 0.5
            ? [{ kind: 'tight-limits' as const, weight: Math.round(between(200, 400)), orders: 120 }]
            : []),
          { kind: 'rate-limit', probability: between(0.05, 0.3) },
          { kind: 'lost-reply', endpoint: 'writes', probability: between(0, 0.2) },
        ],
      },
      { name: 'recovery', durationMs: 10_000 },
    ],
  };
}
