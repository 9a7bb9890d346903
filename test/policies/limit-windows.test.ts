import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/core/context/call-context.js';
import { createPolicy, PolicyRegistry, type ResiliencePolicy } from '../../src/index.js';
import type { Coordinator } from '../../src/policies/options/coordinator.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { defer } from './harness.js';

const minuteMs = 60_000;
const rateLimit = { limit: 100, windowMs: 10_000, adaptive: true } as const;

function adaptive() {
  const clock = createFakeClock();
  return { clock, policy: createPolicy({ clock, rateLimit }) };
}

const show = (policy: ResiliencePolicy, intervalMs: number, used: number, remaining: number) =>
  policy.execute((context) => context.observeUsage?.([{ type: 'weight', intervalMs, used, remaining }]));

const started = async (policy: ResiliencePolicy, calls: number): Promise<number> => {
  let count = 0;
  for (let call = 0; call < calls; call += 1) void policy.executeOutcome(() => (count += 1));
  await Promise.resolve();
  return count;
};

describe('a window that headers show beside the configured one', () => {
  it('counts what was taken before it was known, including requests under way, and is obeyed', async () => {
    const { clock, policy } = adaptive();
    await started(policy, 5);
    await clock.advance(20_000);
    const answer = defer();
    void policy.execute(() => answer.promise);
    await show(policy, minuteMs, 7, 13);
    expect(policy.snapshot().rateLimit).toEqual({ used: 2, limit: 100 });
    await show(policy, minuteMs, 8, 12);
    expect(policy.snapshot().rateLimit).toEqual({
      used: 3,
      limit: 100,
      further: [{ windowMs: minuteMs, used: 8, limit: 20 }],
    });
    expect(await started(policy, 20)).toBe(12);
    answer.resolve(1);
    await clock.advance(39_999);
    expect(policy.snapshot().rateLimit?.further?.[0]?.used).toBe(20);
    // The five of the beginning make room for five of those that wait, a few at a time.
    await clock.advance(1_000);
    expect(policy.snapshot().rateLimit?.further?.[0]?.used).toBe(20);
    await clock.advance(20_000);
    expect(policy.snapshot().rateLimit?.further?.[0]?.used).toBe(8);
  });

  it('is gone when headers show only others for a while', async () => {
    const { policy } = adaptive();
    await show(policy, minuteMs, 1, 19);
    await show(policy, minuteMs, 2, 18);
    for (let answer = 0; answer < 10; answer += 1) await show(policy, 10_000, 2 + answer, 98 - answer);
    expect(policy.snapshot().rateLimit?.further).toHaveLength(1);
    await show(policy, 10_000, 12, 88);
    expect(policy.snapshot().rateLimit).not.toHaveProperty('further');
  });

  it('corrects nothing if the limit is not adaptive', async () => {
    const policy = createPolicy({ clock: createFakeClock(), rateLimit: { ...rateLimit, adaptive: false } });
    await show(policy, minuteMs, 7, 1);
    expect(policy.snapshot().rateLimit).toEqual({ used: 1, limit: 100 });
  });

  it('keeps no call waiting for permits that the calls around it hold', async () => {
    const { clock, policy } = adaptive();
    await show(policy, minuteMs, 1, 2);
    await show(policy, minuteMs, 2, 1);
    const outer = policy.execute(({ signal }) =>
      policy.execute((context) => policy.execute(async () => 'done', context.signal), signal),
    );
    await clock.advance(5 * minuteMs);
    await expect(outer).resolves.toBe('done');
    expect(policy.snapshot().rateLimit?.further).toMatchObject([{ used: 0 }]);
  });
});

describe('a window that headers show by mistake', () => {
  const dayMs = 24 * 60 * minuteMs;

  /** Sends a call each second for so long, all of them answered with headers of the configured window, or none. */
  async function keepSending({ clock, policy }: ReturnType<typeof adaptive>, forMs: number, shows = true) {
    const at: number[] = [];
    for (const end = clock.now() + forMs; clock.now() < end; ) {
      const send = (context: CallContext): void => {
        at.push(clock.now());
        if (shows) context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used: 10, remaining: 90 }]);
      };
      void policy.executeOutcome(send, { priority: 'critical' });
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(1_000);
    }
    return at;
  }

  it('does not count if only one answer shows it', async () => {
    const made = adaptive();
    await show(made.policy, 10_000, 1, 99);
    await show(made.policy, dayMs, 99_995, 5);
    expect(await keepSending(made, 30_000)).toHaveLength(30);
  });

  it('counts no longer when answers have shown only others for a minute', async () => {
    const made = adaptive();
    for (const used of [99_990, 99_995]) await show(made.policy, dayMs, used, 100_000 - used);
    expect(await keepSending(made, minuteMs - 2_000)).toHaveLength(5);
    expect(await keepSending(made, 1_000)).toEqual([]);
    // Those that waited went, and no call waits any more.
    await keepSending(made, minuteMs);
    expect(await keepSending(made, minuteMs)).toHaveLength(60);
  });

  it('stops nothing for good: one call goes, and its answer decides', async () => {
    const made = adaptive();
    for (const left of [2, 1]) await show(made.policy, dayMs, 100_000 - left, left);
    expect(await keepSending(made, 1_000, false)).toHaveLength(1);
    expect(await keepSending(made, dayMs / 100 - 2_000)).toEqual([]);
    // Those that waited follow, because the answer shows only the other window.
    await keepSending(made, minuteMs);
    expect(await keepSending(made, minuteMs)).toHaveLength(60);
  });

  it('goes on counting if the answer shows it again', async () => {
    const made = adaptive();
    for (const left of [2, 1]) await show(made.policy, dayMs, 100_000 - left, left);
    let sent = 0;
    while (made.clock.now() < 3 * (dayMs / 100)) {
      void made.policy.executeOutcome((context) => {
        sent += 1;
        context.observeUsage?.([{ type: 'weight', intervalMs: dayMs, used: 100_000, remaining: 0 }]);
      });
      // oxlint-disable-next-line no-await-in-loop
      await made.clock.advance(10_000);
    }
    expect(sent).toBe(3);
  });
});

describe('the window of an adaptive limit that policies share', () => {
  it('is that of the first who learns of another one, with all that was taken', async () => {
    const clock = createFakeClock();
    const registry = new PolicyRegistry({ clock });
    const limit = { ...rateLimit, scope: 'address' };
    const one = registry.define('one', { rateLimit: limit });
    const two = registry.define('two', { rateLimit: limit });
    const answer = defer();
    void two.execute(() => answer.promise);
    await started(one, 3);
    one.reconfigure({ rateLimit: { ...limit, limit: 50, windowMs: minuteMs } });
    expect(two.snapshot().rateLimit).toEqual({ used: 4, limit: 50 });
    two.reconfigure({ rateLimit: { ...limit, limit: 50, windowMs: minuteMs } });
    answer.resolve(1);
    await clock.advance(minuteMs);
    expect(one.snapshot().rateLimit).toEqual({ used: 0, limit: 50 });
  });
});

it('a shared limit joins the limit of its new window with what it holds, and leaves the other one', async () => {
  const clock = createFakeClock();
  const happened: string[] = [];
  const coordinator: Coordinator = {
    joinLimit(scope, member) {
      happened.push(`joins ${scope} with ${member.demand().used}`);
      return {
        share: 100,
        request: () => undefined,
        observe: () => undefined,
        leave: () => void happened.push(`leaves ${scope}`),
      };
    },
    joinCoolDown: () => ({ activated: () => undefined, mayProbe: () => true, ramping: () => undefined }),
  };
  const policy = createPolicy({ clock, coordinator, rateLimit: { ...rateLimit, scope: 'address' } });
  await started(policy, 3);
  policy.reconfigure({ rateLimit: { ...rateLimit, scope: 'address', windowMs: minuteMs } });
  policy.reconfigure({ rateLimit: { ...rateLimit, scope: 'address', windowMs: minuteMs, limit: 50 } });
  expect(happened).toEqual(['joins address with 0', 'joins address.60000 with 3', 'leaves address']);
});
