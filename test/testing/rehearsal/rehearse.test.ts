import { setTimeout as wait } from 'node:timers/promises';
import type { AxiosError } from 'axios';
import { describe, expect, it } from 'vitest';
import { mintClientOrderId } from '../../../src/index.js';
import { type RehearsalProgram, type RehearsalScenario, rehearse } from '../../../src/testing/index.js';
import { run as traders } from '../../../examples/rehearsal/main.js';

const quiet: RehearsalScenario = { name: 'quiet', phases: [{ name: 'day', durationMs: 20_000 }] };

describe('rehearse', () => {
  it('produces the same trace for the same seed, and another for another', async () => {
    const first = await rehearse({ seed: 3, run: traders, shrinkRuns: 0 });
    const again = await rehearse({ seed: 3, run: traders, shrinkRuns: 0 });
    const other = await rehearse({ seed: 4, run: traders, shrinkRuns: 0 });
    expect(again.trace).toBe(first.trace);
    expect(other.trace).not.toBe(first.trace);
    expect(first.events.length).toBeGreaterThan(10);
    expect(first.intents.length).toBeGreaterThan(10);
  });

  it('breaks no invariant with the client of this package, including crashes and clock changes', async () => {
    const seeds = [11, 12, 14, 15];
    const kinds = new Set<string>();
    let intents = 0;
    for (const seed of seeds) {
      // oxlint-disable-next-line no-await-in-loop
      const rehearsal = await rehearse({ seed, run: traders, shrinkRuns: 0 });
      // This is about orders: that limits are kept is for the policies to prove.
      const broken = rehearsal.invariants.filter(
        ({ holds, name }) => !holds && name !== 'limits are respected',
      );
      expect(broken).toEqual([]);
      expect(rehearsal.intents.every(({ report }) => report !== undefined)).toBe(true);
      intents += rehearsal.intents.length;
      for (const { event } of rehearsal.events) for (const name of Object.keys(event)) kinds.add(name);
    }
    expect(intents).toBeGreaterThan(300);
    expect([...kinds]).toEqual(expect.arrayContaining(['fault', 'network', 'crash', 'clockStepMs']));
  });

  it("gives the program the time and random numbers of its seed, and restores the process's own", async () => {
    const { setTimeout: realTimeout, Date: realDate } = globalThis;
    const times: number[] = [];
    const drawn: unknown[] = [];
    const run: RehearsalProgram = async ({ clock, random, log }) => {
      const before = clock.now();
      await wait(5_000);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      times.push(clock.now() - before, Date.now() - clock.now(), performance.now());
      drawn.push([random(), Math.random(), mintClientOrderId().length]);
      log('over');
    };
    const { trace, virtualMs } = await rehearse({ seed: 9, scenario: 'calm', run, shrinkRuns: 0 });
    await rehearse({ seed: 9, scenario: 'calm', run, shrinkRuns: 0 });
    expect(times).toEqual([65_000, 0, 65_000, 65_000, 0, 65_000]);
    expect(drawn[0]).toEqual(drawn[1]);
    expect(virtualMs).toBe(65_000);
    expect(trace).toContain('log: over');
    expect([globalThis.setTimeout, globalThis.Date]).toEqual([realTimeout, realDate]);
    expect(Date.now()).toBeLessThan(Date.UTC(2030, 0, 1));
  });

  it('starts the program again after a crash, with its journal and nothing else', async () => {
    const scenario: RehearsalScenario = { ...quiet, events: [{ atMs: 3_000, crash: true }] };
    const lives: string[] = [];
    let survived = false;
    await rehearse({
      scenario,
      shrinkRuns: 0,
      async run({ crashes, journal }) {
        const open = await journal.open();
        lives.push(`${crashes}: ${open.map(({ clientOrderId }) => clientOrderId).join()}`);
        if (crashes > 0) return;
        await journal.sent({ clientOrderId: 'a', args: [], begunAt: Date.now(), sentAt: Date.now() });
        await wait(5_000);
        survived = true;
      },
    });
    expect(lives).toEqual(['0: ', '1: a']);
    expect(survived).toBe(false);
  });

  it('sets the system clock, and not the time of the policies', async () => {
    const scenario: RehearsalScenario = { ...quiet, events: [{ atMs: 1_000, clockStepMs: -20_000 }] };
    const { invariants } = await rehearse({
      scenario,
      async run({ axios, clock, log }) {
        await axios.get('/api/v3/ping');
        const [wall, steady] = [Date.now(), clock.now()];
        await wait(2_000);
        log(`${Date.now() - wall} ${clock.now() - steady}`);
        if (Date.now() - wall !== -18_000 || clock.now() - steady !== 2_000) throw new Error('Wrong time');
      },
    });
    expect(invariants.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('supports only axios', async () => {
    const statuses: unknown[] = [];
    await rehearse({
      scenario: 'calm',
      async run({ axios }) {
        const { data, status } = await axios.get<{ serverTime: number }>('/api/v3/time');
        statuses.push(status, data.serverTime - Date.now());
        await axios
          .get('https://example.com/')
          .catch((error: unknown) => statuses.push((error as AxiosError).code));
        await axios.get('/nowhere').catch((error: unknown) => statuses.push((error as AxiosError).status));
      },
    });
    expect(statuses[0]).toBe(200);
    expect(Math.abs(Number(statuses[1]))).toBeLessThan(1_000);
    expect(statuses.slice(2)).toEqual(['ENOTFOUND', 404]);
  });

  it('names every option that is wrong', async () => {
    const wrong = { run: 1, days: 0, seeds: 3 } as never;
    await expect(rehearse(wrong)).rejects.toThrow(/run: .*\n.*seeds: .*|seeds/s);
    await expect(rehearse({ run: () => {}, scenario: 'no-such' })).rejects.toThrow("called 'no-such'");
  });

  it('reports what is left open when the program has returned', async () => {
    const { failure } = await rehearse({
      scenario: quiet,
      run: () => void setInterval(() => {}, 1_000),
    });
    expect(failure).toMatchObject({ invariant: 'nothing is left open', events: 0 });
    expect(failure?.message).toContain('1 timers are left');
  });
});
