import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  onResilienceEvent,
  PolicyRegistry,
  type ResiliencePolicy,
  WEEXRateLimitError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { answering, hang, lasting, limited } from './harness.js';

function scope(deadlineMs?: number) {
  const clock = createFakeClock();
  const registry = new PolicyRegistry({ clock });
  const make = (name: string) =>
    registry.define(name, {
      retry: false,
      coolDown: { scope: 'all' },
      ...(deadlineMs ? { deadlineMs } : {}),
    });
  return { clock, registry, reads: make('reads'), cancels: make('cancels'), account: make('account') };
}

const activeForMs = (policy: ResiliencePolicy): number => policy.snapshot().coolDown?.activeForMs ?? 0;
const refuse = (policy: ResiliencePolicy, error: Error = limited()) =>
  policy.executeOutcome(() => Promise.reject(error));
const answer = (policy: ResiliencePolicy) => policy.execute(() => 'answer');

/** Refuses one policy twice, with an answer to another one in between. */
async function separate(made: ReturnType<typeof scope>, seconds?: number): Promise<void> {
  await refuseReads(made, seconds);
  await refuse(made.reads, limited(seconds));
}

/** A refusal of the reads, although the cancels are answered afterwards. */
async function refuseReads(
  { cancels, clock, reads }: ReturnType<typeof scope>,
  seconds?: number,
): Promise<void> {
  await refuse(reads, limited(seconds));
  await clock.advance(10_000);
  await answer(cancels);
  await clock.advance(1_000);
}

describe('a policy that is refused while others are answered', () => {
  it.each([
    ['give no time', undefined],
    ['give a time', 10],
  ])('waits alone from the second refusal on if the answers %s', async (_, seconds) => {
    const made = scope();
    await separate(made, seconds);
    expect([activeForMs(made.reads), activeForMs(made.cancels)]).toEqual([10_000, 0]);
  });

  it('is tried with one call once others are answered', async () => {
    const { account, cancels, clock, reads } = scope();
    await refuse(reads, limited(5));
    let sent = 0;
    const calls = [1, 2, 3].map(() =>
      reads.executeOutcome(async () => {
        sent += 1;
        await lasting(clock, 10)();
        throw limited(5);
      }),
    );
    const other = cancels.executeOutcome(() => 'answer');
    await clock.advance(5_005);
    expect(sent).toBe(1);
    await clock.advance(10);
    expect([sent, activeForMs(reads), activeForMs(account)]).toEqual([1, 4_995, 0]);
    await clock.advance(60_000);
    await Promise.all([...calls, other]);
  });

  it('stops the others if it was answered itself in between', async () => {
    const made = scope();
    const { cancels, reads } = made;
    await refuseReads(made);
    await answer(reads);
    await refuse(reads);
    expect(activeForMs(cancels)).toBe(10_000);
  });

  it('stops the others if another one is refused as well', async () => {
    const made = scope();
    const { account, cancels, clock, reads } = made;
    await refuse(reads);
    await clock.advance(10_000);
    await answer(cancels);
    await clock.advance(1_000);
    const refuseLater = (policy: ResiliencePolicy, ms: number) =>
      policy.executeOutcome(async () => {
        await lasting(clock, ms)();
        throw limited();
      });
    const late = refuseLater(account, 10);
    const mine = refuseLater(reads, 20);
    await clock.advance(20);
    await Promise.all([late, mine]);
    expect(activeForMs(cancels)).toBeGreaterThan(9_000);
  });

  it('stops the others if the counter of the address is used up', async () => {
    const made = scope();
    await separate(made);
    await made.clock.advance(10_000);
    await refuse(
      made.reads,
      new WEEXRateLimitError('Too many requests', {
        limitType: 'weight',
        requestCount: 500,
        requestLimit: 500,
      }),
    );
    expect(activeForMs(made.cancels)).toBe(10_000);
  });

  it('stops with its scope, and is told apart in events', async () => {
    const made = scope();
    const entered: string[] = [];
    onTestFinished(onResilienceEvent('coolDownEntered', (event) => entered.push(event.scope)));
    await separate(made);
    await refuse(made.cancels, limited(30));
    expect(activeForMs(made.reads)).toBe(30_000);
    expect(entered).toEqual(['all', 'all/reads', 'all', 'all/reads']);
  });

  it('is remembered for a minute, also through a new configuration', async () => {
    const made = scope();
    const { cancels, clock, reads } = made;
    await separate(made);
    reads.reconfigure({ deadlineMs: 60_000 });
    expect(activeForMs(reads)).toBe(10_000);
    await clock.advance(10_000);
    await answer(reads);
    await refuse(reads);
    expect([activeForMs(reads), activeForMs(cancels)]).toEqual([10_000, 0]);
  });

  it('goes after the probe of another policy that waits', async () => {
    const { cancels, clock, reads } = scope();
    await refuse(reads);
    const order: string[] = [];
    for (const policy of [reads, reads, cancels])
      void policy.execute(() => {
        order.push(policy.name);
        return lasting(clock, 10)();
      });
    await clock.advance(10_100);
    expect(order[0]).toBe('cancels');
    expect(order).toHaveLength(3);
  });

  it('lets the next policy probe if its own call was to be the probe', async () => {
    const made = scope();
    const { cancels, clock, reads } = made;
    await refuseReads(made);
    const knocks = answering(clock, limited(), 'answer');
    const all = [reads, reads].map((policy) => policy.executeOutcome(knocks));
    await clock.advance(60_000);
    expect(await Promise.all(all)).toHaveLength(2);
    expect(await answer(cancels)).toBe('answer');
  });
});

/** What happens in one step: a call of one of two policies, which is answered, refused or given up. */
const step = fc.record({
  policy: fc.constantFrom('reads' as const, 'cancels' as const),
  priority: fc.constantFrom('critical' as const, 'normal' as const, 'background' as const),
  result: fc.constantFrom('answer', 'refused', 'told', 'hang', 'abort'),
  lastsMs: fc.integer({ min: 0, max: 400 }),
  afterMs: fc.integer({ min: 0, max: 4_000 }),
});

it('settles every call within its deadline, in random histories', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const deadlineMs = 30_000;
      const made = scope(deadlineMs);
      const { clock } = made;
      let open = 0;
      for (const { policy, priority, result, lastsMs, afterMs } of steps) {
        const abort = new AbortController();
        const since = clock.now();
        open += 1;
        void made[policy]
          .executeOutcome(
            async () => {
              if (result === 'hang') await hang();
              await lasting(clock, lastsMs)();
              if (result === 'refused' || result === 'told') throw limited(result === 'told' ? 2 : undefined);
              return 'answer';
            },
            { priority, signal: abort.signal },
          )
          .then(() => {
            open -= 1;
            expect(clock.now() - since).toBeLessThanOrEqual(deadlineMs);
          });
        if (result === 'abort') clock.setTimeout(() => abort.abort(), lastsMs);
        // oxlint-disable-next-line no-await-in-loop
        await clock.advance(afterMs);
      }
      await clock.advance(deadlineMs);
      expect(open).toBe(0);
      expect([made.reads, made.cancels].map((policy) => policy.snapshot().coolDown?.waiting)).toEqual([0, 0]);
      // A cool-down that has ended lets calls go at once.
      await clock.advance(60_000);
      const ends = [made.reads, made.cancels].map((policy) => policy.execute(() => 'answer'));
      await clock.advance(30_000);
      expect(await Promise.all(ends)).toEqual(['answer', 'answer']);
    }),
    { seed: 1, numRuns: 200 },
  );
});
