import axios from 'axios';
import { expect, it } from 'vitest';
import { attachWeexErrors, createMemoryJournal, createPolicy, resilient } from '../../src/index.js';

/** A method that places orders through axios, with a journal that says until when they may be sent. */
function placing(sendBefore: () => number) {
  let sent = 0;
  const http = axios.create({
    adapter: async (config) => {
      sent += 1;
      return { data: { orderId: 1, success: true }, status: 200, statusText: 'OK', headers: {}, config };
    },
  });
  attachWeexErrors(http);
  const journal = { ...createMemoryJournal(), sendBefore };
  const place = resilient(
    async (order: { newClientOrderId: string }): Promise<unknown> => {
      const { data } = await http.post('https://api.test/capi/v3/order', order);
      return data;
    },
    createPolicy({}),
    {
      orderSafety: {
        journal,
        clientOrderId: (order: { newClientOrderId: string }) => order.newClientOrderId,
        find: () => undefined,
        settleMs: 1,
        reconcileDeadlineMs: 50,
      },
    },
  );
  return { place, sent: () => sent };
}

it('sends no order after the time until which its journal reserves it for this process', async () => {
  const late = placing(() => performance.now() - 1);

  await expect(late.place({ newClientOrderId: 'id-0000001' })).rejects.toThrow();
  expect(late.sent()).toBe(0);
});

it('sends an order before that time', async () => {
  const inTime = placing(() => performance.now() + 60_000);

  await expect(inTime.place({ newClientOrderId: 'id-0000001' })).resolves.toMatchObject({ orderId: 1 });
  expect(inTime.sent()).toBe(1);
});
