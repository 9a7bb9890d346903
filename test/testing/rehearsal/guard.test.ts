import { ExponentialBackoff, handleAll, type IPolicy, retry } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../src/index.js';
import { type RehearsalContext, rehearse } from '../../../src/testing/index.js';
import { tradeGuarded } from './guarded-bot.js';

const policies: Readonly<Record<string, (context: RehearsalContext) => IPolicy>> = {
  'a policy of this package': ({ clock, random }) =>
    createPolicy({
      clock,
      random,
      deadlineMs: 60_000,
      attemptTimeoutMs: 3_000,
      retry: { maxRetries: 4 },
      circuitBreaker: { failureRate: 0.6, windowMs: 10_000, minimumCalls: 8, halfOpenAfterMs: 2_000 },
    }),
  'a policy of cockatiel that sends again whatever happened': () =>
    retry(handleAll, { maxAttempts: 4, backoff: new ExponentialBackoff() }),
};

describe('the order guard, rehearsed', () => {
  for (const [name, makePolicy] of Object.entries(policies)) {
    it(`places no order twice and reports the truth under ${name}`, async () => {
      const reports = new Map<string | undefined, number>();
      for (const seed of [21, 22, 23]) {
        // oxlint-disable-next-line no-await-in-loop
        const { intents, invariants } = await rehearse({
          seed,
          shrinkRuns: 0,
          run: (context) => tradeGuarded(context, makePolicy),
        });
        // Neither policy has a rate limit.
        const broken = invariants.filter(
          ({ holds, name: rule }) => !holds && rule !== 'limits are respected',
        );
        expect(broken).toEqual([]);
        for (const { report } of intents) reports.set(report, (reports.get(report) ?? 0) + 1);
      }
      expect(reports.get('placed')).toBeGreaterThan(60);
      expect(reports.get('not-placed')).toBeGreaterThan(0);
    });
  }
});
