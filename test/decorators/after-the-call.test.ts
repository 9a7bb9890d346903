import axios from 'axios';
import { describe, expect, it } from 'vitest';
import { attachWeexErrors, createPolicy, Resilient, resilienceContext } from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { defer, hang, settle } from '../policies/harness.js';

/** An axios instance that notes what reaches the wire. */
function recording() {
  const sent: { method: string; timeout: number | undefined; signal: unknown }[] = [];
  const instance = axios.create({
    adapter: async (config) => {
      // As the adapters of axios do.
      if (config.signal?.aborted) throw new axios.CanceledError();
      sent.push({ method: config.method ?? 'get', timeout: config.timeout, signal: config.signal });
      return { data: {}, status: 200, statusText: 'OK', headers: {}, config };
    },
  });
  attachWeexErrors(instance);
  return { instance, sent };
}

/** A class whose method leaves work behind that goes on when `go` is called. */
function leaving(clock: FakeClock, ends: boolean, attempts = 1) {
  const gates = Array.from({ length: attempts }, () => defer());
  const left: Promise<unknown>[] = [];
  const policy = createPolicy({
    clock,
    deadlineMs: 1_000,
    attemptTimeoutMs: 400,
    retry: { maxRetries: attempts - 1 },
  });
  class Feed {
    @Resilient(policy, { effect: 'read' })
    async start(then: () => unknown): Promise<string> {
      const gate = gates[resilienceContext()?.attempt ?? 0];
      left.push(Promise.resolve(gate?.promise).then(then));
      return ends ? 'started' : hang();
    }

    @Resilient(policy, { effect: 'read' })
    async read(): Promise<unknown> {
      return { ...resilienceContext() };
    }

    @Resilient(policy)
    async write(): Promise<string> {
      return 'written';
    }
  }
  const feed = new Feed();
  return {
    feed,
    go: async (attempt = 0) => {
      gates[attempt]?.resolve(undefined);
      await settle();
      return left[attempt];
    },
  };
}

describe('work that continues after its call', () => {
  for (const ends of [true, false]) {
    const call = ends ? 'a call that succeeded' : 'a call that timed out';

    it(`has no context of ${call}`, async () => {
      const clock = createFakeClock();
      const { feed, go } = leaving(clock, ends);
      let seen: unknown = 'nothing';
      const outcome = feed.start(() => (seen = resilienceContext())).catch(() => undefined);
      await clock.advance(5_000);
      await outcome;
      await go();
      expect(seen).toBeUndefined();
    });

    it(`reads without the signal and the time of ${call}`, async () => {
      const clock = createFakeClock();
      const { feed, go } = leaving(clock, ends);
      const { instance, sent } = recording();
      const outcome = feed.start(() => instance.get('/capi/v3/time')).catch(() => undefined);
      await clock.advance(5_000);
      await outcome;
      expect(await go()).toMatchObject({ status: 200 });
      expect(sent).toEqual([{ method: 'get', timeout: 0, signal: undefined }]);
    });

    it(`starts decorated calls fresh after ${call}`, async () => {
      const clock = createFakeClock();
      const { feed, go } = leaving(clock, ends);
      const outcome = feed.start(async () => [await feed.read(), await feed.write()]).catch(() => undefined);
      await clock.advance(5_000);
      await outcome;
      expect(await go()).toEqual([expect.objectContaining({ attempt: 0, remainingMs: 400 }), 'written']);
    });
  }

  it('keeps the context of an outer call that is still running', async () => {
    const clock = createFakeClock();
    const gate = defer();
    const policy = createPolicy({ clock, deadlineMs: 1_000 });
    const seen: unknown[] = [];
    class Both {
      @Resilient(policy)
      async outer(): Promise<void> {
        await this.inner();
        await gate.promise;
      }

      @Resilient(policy)
      async inner(): Promise<void> {
        void gate.promise.then(() => seen.push(resilienceContext()?.operation));
      }
    }
    const call = new Both().outer();
    await settle();
    gate.resolve(undefined);
    await call;
    expect(seen).toEqual(['Both.outer']);
  });

  it('sends no writes of an attempt from which the caller was released', async () => {
    const clock = createFakeClock();
    const { feed, go } = leaving(clock, false);
    const { instance, sent } = recording();
    const post = () => instance.post('/capi/v3/order', {}).catch((error: unknown) => error);
    const outcome = feed.start(post).catch(() => undefined);
    await clock.advance(5_000);
    await outcome;
    expect(await go()).toBeInstanceOf(Error);
    expect(sent).toEqual([]);
  });

  it('makes no writing call in an attempt that was replaced', async () => {
    const clock = createFakeClock();
    const { feed, go } = leaving(clock, false, 2);
    const both = () => Promise.allSettled([feed.write(), feed.read()]);
    const outcome = feed.start(both).catch(() => undefined);
    await clock.advance(5_000);
    await outcome;
    const ofReplaced = (await go(0)) as PromiseSettledResult<unknown>[];
    expect(ofReplaced.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    const ofLast = (await go(1)) as PromiseSettledResult<unknown>[];
    expect(ofLast.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });
});
