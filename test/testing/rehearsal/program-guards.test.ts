import { AsyncLocalStorage } from 'node:async_hooks';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import axios from 'axios';
import { describe, expect, it } from 'vitest';
import { type RehearsalContext, type RehearsalScenario, rehearse } from '../../../src/testing/index.js';

// Made before the rehearsal, as at the top of a program.
const early = axios.create({ baseURL: 'https://api-spot.weex.com' });

const short: RehearsalScenario = { name: 'short', phases: [{ name: 'day', durationMs: 20_000 }] };

async function breachesOf(run: (context: RehearsalContext) => unknown, scenario = short) {
  const { invariants, trace } = await rehearse({ scenario, shrinkRuns: 0, run });
  return { trace, messages: invariants.flatMap(({ breaches }) => breaches.map(({ message }) => message)) };
}

describe('a rehearsed program', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  it.each<readonly [string, (context: RehearsalContext) => unknown]>([
    ['a microtask', () => queueMicrotask(boom)],
    ['a tick', () => process.nextTick(boom)],
    ['a timer', () => void setTimeout(boom, 5)],
    ['a timer of its clock', ({ clock }) => void clock.setTimeout(boom, 5)],
    ['a listener', ({ signal }) => signal.addEventListener('abort', boom)],
  ])('fails with what it throws in %s', async (_, run) => {
    const { messages } = await breachesOf(async (context) => {
      await run(context);
      await new Promise((resolve) => setTimeout(resolve, 21_000));
    });
    expect(messages).toContain('the program failed: Error: boom');
  });

  it.each<readonly [string, (context: RehearsalContext) => unknown]>([
    [
      'turns',
      async ({ signal }) => {
        // oxlint-disable-next-line no-await-in-loop
        while (!signal.aborted) await turn();
      },
    ],
    [
      'the clock',
      () => {
        const until = Date.now() + 50;
        while (Date.now() < until);
      },
    ],
  ])('fails when it waits by %s and lets no time pass', async (_, run) => {
    const { messages } = await breachesOf(run);
    expect(messages.join()).toContain('StandstillError: the time stands still');
  });

  it('is not ended by process.exit, but has failed', async () => {
    const { messages } = await breachesOf(() => process.exit(0));
    expect(messages).toContain('the program failed: Error: the program ended its process: process.exit(0)');
  });

  it('does nothing after a crash', async () => {
    const scenario: RehearsalScenario = { ...short, events: [{ atMs: 3_000, crash: true }] };
    const { trace } = await breachesOf(async ({ axios: http, crashes, log, signal }) => {
      signal.addEventListener('abort', () => log(`the day of life ${crashes} is over`));
      await http.get('/api/v3/ping');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }, scenario);
    expect(trace).toContain('the day of life 1 is over');
    expect(trace).not.toContain('the day of life 0 is over');
  });

  it('reaches the exchange with an instance created before, and nothing else in any way', async () => {
    const server = createServer(() => hits.push('a connection'));
    const hits: string[] = [];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const base = `http://127.0.0.1:${port}`;
    const seen: unknown[] = [];
    const { messages } = await breachesOf(async () => {
      seen.push((await early.get('/api/v3/ping')).status, (await early('/api/v3/ping')).status);
      const fail = (error: { readonly code?: string; readonly cause?: { readonly code?: string } }): void =>
        void seen.push(error.code ?? error.cause?.code);
      await fetch(base).catch(fail);
      await new Promise((resolve) => get(base, resolve).on('error', resolve)).then((error) =>
        fail(error as { code: string }),
      );
      await axios.create({ adapter: 'fetch' }).get(base).catch(fail);
    });
    server.close();
    expect(seen).toEqual([200, 200, 'ENETUNREACH', 'ENETUNREACH', 'ENOTFOUND']);
    expect([hits, messages]).toEqual([[], []]);
  });

  it('has not been rehearsed if it sent nothing to the exchange', async () => {
    const { messages } = await breachesOf(() =>
      fetch('https://api-spot.weex.com/api/v3/ping').catch(() => {}),
    );
    expect(messages[0]).toMatch(/sent no request to the exchange, and connections to https:.* were refused/);
  });

  it('has the timers of Node in every form', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    let kept: typeof setTimeout | undefined;
    await breachesOf(async ({ clock }) => {
      kept = setTimeout;
      await promisify(setTimeout)(1_000);
      seen.push(clock.now() % 60_000);
      await new Promise<void>((resolve) => {
        storage.run('kept', () => setTimeout(() => resolve(void seen.push(storage.getStore())), 5));
      });
      clearTimeout(Number(setTimeout(() => seen.push('not cleared'), 5)));
      await promisify(setTimeout)(10);
    });
    expect(seen).toEqual([1_000, 'kept']);
    await new Promise((resolve) => kept?.(resolve, 1));
  });

  it('has the same trace every time when threads work for it', async () => {
    const run = async ({ axios: http, log }: RehearsalContext): Promise<void> => {
      const { subtle } = globalThis.crypto;
      const sign = async (text: string): Promise<void> => {
        const key = await subtle.importKey(
          'raw',
          Buffer.from('k'),
          { name: 'HMAC', hash: 'SHA-256' },
          false,
          ['sign'],
        );
        log(Buffer.from(await subtle.sign('HMAC', key, Buffer.from(text))).toString('hex'));
      };
      await Promise.all([sign('a'), sign('b'), sign('c')]);
      await http.get('/api/v3/ping');
    };
    const first = await breachesOf(run);
    expect((await breachesOf(run)).trace).toBe(first.trace);
    expect(first.messages).toEqual([]);
  });

  it('receives warnings that cannot be reported', async () => {
    const { messages } = await breachesOf(({ report }) => report('id', 'palced' as never));
    expect(messages[0]).toContain("the outcome is palced, expected one of 'placed', 'not-placed', 'unknown'");
  });

  it("does not exceed a limit because of a proxy's answer", async () => {
    const scenario: RehearsalScenario = { ...short, faults: [{ kind: 'proxy-html', status: 429 }] };
    const { messages } = await breachesOf(
      ({ axios: http }) => http.get('/api/v3/ping').catch(() => {}),
      scenario,
    );
    expect(messages).toEqual([]);
  });
});
