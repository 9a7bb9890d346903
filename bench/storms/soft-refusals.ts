import { createRandom, type Scenario } from 'weex-resilience/testing';

/** Two minutes in which a fifth to two fifths of all requests are refused, without a ban. */
export function softRefusals(seed: number): Scenario {
  const probability = 0.2 + 0.2 * createRandom(`soft ${seed}`)();
  return {
    name: `soft-${seed}`,
    phases: [
      { name: 'refusals', durationMs: 120_000, faults: [{ kind: 'rate-limit', probability }] },
      { name: 'recovery', durationMs: 10_000 },
    ],
  };
}
