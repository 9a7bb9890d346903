import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  builtInScenarios,
  type ExchangeOptions,
  parseScenario,
  type Scenario,
  startExchange,
} from '../../src/testing/index.js';
import { FaultPlan } from '../../src/testing/exchange/fault-plan.js';

const names = [
  'calm',
  'rate-limit-storm',
  'lost-replies',
  'outage',
  'brown-out',
  'maintenance',
  'clock-skew',
  'proxy-html',
  'bad-day',
];

const messageOf = (text: string) => {
  try {
    parseScenario(text);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  throw new Error('the scenario was accepted');
};

describe('the built-in scenarios', () => {
  it('have these names', () => {
    expect(Object.keys(builtInScenarios)).toEqual(names);
  });

  it.each(names)('%s survives being written as YAML or JSON and read again', (name) => {
    const scenario = builtInScenarios[name];
    expect(parseScenario(stringify(scenario))).toEqual(scenario);
    expect(parseScenario(JSON.stringify(scenario))).toEqual(scenario);
  });

  it('a bad day goes from calm to recovery in under 50 seconds, whatever the seed', () => {
    const badDay = builtInScenarios['bad-day'] as Scenario;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { phases } = new FaultPlan(badDay, seed);
        expect(phases.map(({ name }) => name)).toEqual([
          'calm',
          'rate-limit storm',
          'lost replies',
          'outage',
          'maintenance',
          'recovery',
        ]);
        expect(phases.at(-1)?.untilMs).toBeLessThan(50_000);
        phases.forEach(({ fromMs, untilMs }, index) => {
          expect(fromMs).toBe(index === 0 ? 0 : phases[index - 1]?.untilMs);
          expect(untilMs).toBeGreaterThan(fromMs);
        });
      }),
    );
  });

  it('are the same for the same seed, and differ between seeds', async () => {
    const run = async (seed: number) => {
      const exchange = await startExchange({ scenario: 'bad-day', seed });
      await exchange.close();
      return JSON.stringify([exchange.faults, exchange.phases]);
    };
    expect(await run(7)).toBe(await run(7));
    expect(await run(7)).not.toBe(await run(8));
  });
});

describe('parseScenario', () => {
  it('reports where every fault is, and what is allowed', () => {
    const message = messageOf(`name: broken
phases:
  - name: first
    durationMs: -5
    faults:
      - kind: lost-replies
      - kind: delay
        probability: 1.5
      - kind: reset
        endpoint: plceOrder
        fromMs: 20
        untilMs: 10
tempo: fast
`);
    expect(message.split('\n')).toEqual([
      'Cannot use the scenario:',
      '  line 4, column 17: phases[0].durationMs: expected milliseconds from 0 to 2147483647, received -5',
      expect.stringMatching(
        /^ {2}line 6, column 15: phases\[0\]\.faults\[0\]\.kind: expected a fault with one of these kinds: .*lost-reply.*, received "lost-replies"$/,
      ),
      '  line 8, column 22: phases[0].faults[1].probability: expected a number from 0 to 1, received 1.5',
      '  line 7, column 9: phases[0].faults[1].delayMs: is missing',
      expect.stringMatching(
        /^ {2}line 10, column 19: phases\[0\]\.faults\[2\]\.endpoint: expected an operation \(.*placeOrder.*/,
      ),
      '  line 9, column 9: phases[0].faults[2]: fromMs must be less than untilMs',
      '  line 13, column 8: tempo: is an unknown option',
    ]);
  });

  it('reports where the text itself is broken', () => {
    expect(messageOf('name: "calm\nfaults: []')).toMatch(
      /^Cannot use the scenario:\n {2}line \d+, column \d+: /,
    );
    expect(messageOf('- a\n- b')).toContain('line 1, column 1: expected an object');
    expect(messageOf('')).toContain('expected an object');
    expect(messageOf('{"name": "x", "faults": [{"kind": "reset",}}')).toMatch(/line 1, column \d+/);
  });

  it('names the given file', () => {
    expect(() => parseScenario('name: 1', 'storm.yaml')).toThrow(
      'Cannot use storm.yaml:\n  line 1, column 7: name',
    );
  });
});

describe('startExchange', () => {
  it.each<[unknown, string | RegExp]>([
    [{ prot: 1 }, '  prot: is an unknown option'],
    [{ port: 70_000 }, '  port: expected a port from 0 to 65535, received 70000'],
    [{ seed: Number.NaN }, '  seed: expected a number or a string, received NaN'],
    [{ limits: { banMs: -1 } }, '  limits.banMs: expected milliseconds from 0'],
    [{ limits: { weight: { limit: 1.5, windowMs: 10 } } }, 'limits.weight'],
    [{ balances: { contract: 'much' } }, '  balances.contract: expected a decimal number as a string'],
    [
      { credentials: { apiKey: 'a' } },
      '  credentials.secretKey: is missing\n  credentials.passphrase: is missing',
    ],
    [{ clock: {} }, '  clock.now: is missing'],
    [{ duplicateClientOrderIds: 'perhaps' }, "expected 'accept', 'reject' or 'return-existing'"],
    [{ scenario: 'bad-dya' }, "Cannot find a scenario called 'bad-dya'; the built-in ones are calm, "],
    [
      { scenario: { name: 'x', faults: [{ kind: 'hang', executed: 1 }] } },
      '  faults[0].executed: expected true or false',
    ],
    [{ scenario: 'name: x\nfaults: 1' }, 'line 2, column 9: faults: expected a list of faults, received 1'],
  ])('rejects %j', async (options, message) => {
    await expect(startExchange(options as ExchangeOptions)).rejects.toThrow(message);
    await expect(startExchange(options as ExchangeOptions)).rejects.toBeInstanceOf(TypeError);
  });

  it('shows no secret in an error', async () => {
    const credentials = { apiKey: 'weex_key', secretKey: '', passphrase: 'open-sesame' };
    const failure = await startExchange({ credentials }).catch((error: unknown) => String(error));
    expect(failure).toContain('credentials.secretKey');
    expect(failure).not.toMatch(/weex_key|open-sesame/);
  });

  it('rejects when the port is taken', async () => {
    const first = await startExchange();
    const port = Number(new URL(first.url).port);
    await expect(startExchange({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.close();
  });

  it('rejects an invalid fault', async () => {
    const exchange = await startExchange();
    try {
      expect(() => exchange.inject({ kind: 'delay' } as never)).toThrow(
        'Cannot use the fault:\n  delayMs: is missing',
      );
      expect(exchange.faults).toEqual([]);
    } finally {
      await exchange.close();
    }
  });

  it('calls a listener for every request, and ignores what it throws', async () => {
    const seen: unknown[] = [];
    const exchange = await startExchange({
      onRequest(request) {
        seen.push(request.status);
        throw new Error('not my day');
      },
    });
    const reply = await fetch(`${exchange.url}/api/v3/ping`);
    expect(reply.status).toBe(200);
    expect(seen).toEqual([200]);
    await exchange.close();
  });
});
