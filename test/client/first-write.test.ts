import { expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import {
  type Fault,
  type RehearsalContext,
  rehearse,
  type SimulatedRequest,
} from '../../src/testing/index.js';
import { filling } from '../e2e/support/connect.js';

async function requestsOf(
  fault: Omit<Fault & { kind: 'rate-limit' }, 'kind'>,
  trade: (client: WeexClient, context: RehearsalContext) => Promise<unknown>,
): Promise<readonly SimulatedRequest[]> {
  const { requests } = await rehearse({
    seed: 1,
    scenario: {
      name: 'first write',
      phases: [{ name: 'storm', durationMs: 20_000, faults: [{ kind: 'rate-limit', ...fault }] }],
    },
    shrinkRuns: 0,
    async run(context) {
      const { credentials, url } = context.exchange;
      const client = new WeexClient({ ...credentials, baseUrls: { spot: url, contract: url } });
      await trade(client, context);
      await client.close();
    },
  });
  return requests;
}

const brief = ({ operation, status }: SimulatedRequest): string => `${operation} ${status}`;
const order = (id: string) => ({ ...filling.contract, newClientOrderId: id });

it('the first order is not sent into a ban that its question for the time has met', async () => {
  const fault = {
    endpoint: 'getServerTime',
    count: 1,
    banMs: 3_000,
    restarts: true,
    retryAfterSeconds: 3,
  } as const;
  const requests = await requestsOf(fault, (client) => client.contract.placeOrder(order('a')));
  expect(requests.map(brief)).toEqual(['getServerTime 429', 'placeOrder 200']);
});

it('an order that is the probe of a cool-down is one request, and the next order requests the time', async () => {
  const fault = {
    endpoint: 'getDepth',
    count: 1,
    banMs: 3_000,
    restarts: true,
    retryAfterSeconds: 3,
  } as const;
  const requests = await requestsOf(fault, async ({ contract }) => {
    await Promise.allSettled([contract.getDepth('BTCUSDT', { signal: AbortSignal.timeout(100) })]);
    await contract.placeOrder(order('a'));
    await contract.placeOrder(order('b'));
  });
  expect(requests.map(brief)).toEqual([
    'getDepth 429',
    'placeOrder 200',
    'getServerTime 200',
    'placeOrder 200',
  ]);
});
