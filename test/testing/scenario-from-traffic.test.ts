import { describe, expect, it } from 'vitest';
import {
  parseScenario,
  scenarioFromTraffic,
  startExchange,
  type TrafficRecord,
} from '../../src/testing/index.js';

const order = { method: 'POST', path: '/capi/v3/order' };
const time = { method: 'GET', path: '/capi/v3/market/time' };

describe('scenarioFromTraffic', () => {
  it('turns every period of failures of one kind at one endpoint into a fault', () => {
    const traffic: TrafficRecord[] = [
      { ...time, at: 1_000, status: 200 },
      { ...order, at: 1_000, status: 502 },
      { ...order, at: 1_400, status: 200 },
      { ...order, at: 1_500, status: 200 },
      { ...order, at: 1_800, status: 502 },
      { ...order, at: 5_000, status: 502 },
      { ...order, at: 5_100, executed: true },
      { ...time, at: 6_000, status: 429 },
      { ...time, at: 7_000, status: 200, durationMs: 1_200 },
      { ...time, at: 7_500, status: 200, durationMs: 3_200 },
      { ...order, at: 8_000, status: 400, code: -1140 },
      { ...order, at: 9_000, status: 500, code: -1054 },
    ];
    const scenario = scenarioFromTraffic(traffic, { startedAt: 1_000, name: 'monday' });
    const [placing, asking] = ['POST /capi/v3/order', 'GET /capi/v3/market/time'];
    expect(scenario).toEqual({
      name: 'monday',
      faults: [
        { kind: 'server-error', status: 502, endpoint: placing, fromMs: 0, untilMs: 801, probability: 0.5 },
        { kind: 'server-error', status: 502, endpoint: placing, fromMs: 4_000, untilMs: 4_001 },
        { kind: 'lost-reply', endpoint: placing, fromMs: 4_100, untilMs: 4_101 },
        { kind: 'rate-limit', endpoint: asking, fromMs: 5_000, untilMs: 5_001 },
        { kind: 'delay', delayMs: 1_200, jitterMs: 2_000, endpoint: asking, fromMs: 6_000, untilMs: 6_501 },
        { kind: 'refusal', status: 500, code: -1054, endpoint: placing, fromMs: 8_000, untilMs: 8_001 },
      ],
    });
    expect(parseScenario(JSON.stringify(scenario))).toEqual(scenario);
  });

  it('distributes the requests of a period among failures of several kinds', () => {
    const traffic = [502, 503, 502, 503, 502, 503, 200, 502, 503, 200].map((status, index) => ({
      ...time,
      at: index * 10,
      status,
    }));
    const [first, second] = scenarioFromTraffic(traffic).faults ?? [];
    expect(first).toMatchObject({ status: 502, probability: 0.5 });
    expect(second).toMatchObject({ status: 503, probability: 0.8 });
  });

  it('replays what a simulated exchange did', async () => {
    const exchange = await startExchange({
      scenario: { name: 'x', faults: [{ kind: 'lost-reply', endpoint: 'ping', count: 1 }] },
    });
    await expect(fetch(`${exchange.url}/api/v3/ping`)).rejects.toThrow();
    await exchange.close();
    const [request] = exchange.requests;
    expect(scenarioFromTraffic(exchange.requests).faults).toEqual([
      {
        kind: 'lost-reply',
        endpoint: 'GET /api/v3/ping',
        fromMs: request?.at,
        untilMs: (request?.at ?? 0) + 1,
      },
    ]);
  });
});
