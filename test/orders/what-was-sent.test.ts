import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import axiosRetry from 'axios-retry';
import { fallback, handleAll, retry as cockatielRetry, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  attachWeexErrors,
  createMemoryJournal,
  createPolicy,
  type IntentJournal,
  type OrderSafety,
  type PolicyOptions,
  PolicyRegistry,
  Resilient,
  resilient,
  TradingStrategyError,
  WEEXCircuitOpenError,
  WEEXNetworkError,
  WEEXOutcomeUnknownError,
} from '../../src/index.js';
import { serveToEachTest } from './serve-to-each-test.js';

interface Order {
  readonly symbol: string;
  readonly side: string;
  readonly newClientOrderId: string;
}
interface Placed {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
}
type Answer = (response: ServerResponse, order: Order) => void;

/** A hand-written exchange: it executes what it gets, and answers as the test says. */
let executed: Order[] = [];
let answerOrder: Answer;
let answerOther: (response: ServerResponse) => void;
let lookups = 0;
let http: AxiosInstance;
let url: string;
const server = createServer((request, response) => void serve(request, response));

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const acknowledge: Answer = (response, { newClientOrderId, symbol, side }) =>
  json(response, 200, { orderId: '7', clientOrderId: newClientOrderId, symbol, side });
const hang = (): void => {};

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://exchange');
  if (request.method === 'POST' && /\/order\/?$/.test(pathname)) {
    const fields = text === '' ? searchParams : new URLSearchParams(text);
    const order = (text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(fields)) as Order;
    executed.push(order);
    answerOrder(response, order);
  } else answerOther(response);
}

beforeEach(() => {
  executed = [];
  lookups = 0;
  answerOrder = acknowledge;
  answerOther = (response) => json(response, 200, {});
});
serveToEachTest(server, (at) => ({ url, http } = at));

const order: Order = { symbol: 'BTCUSDT', side: 'BUY', newClientOrderId: 'intent-1' };
const fast: Omit<PolicyOptions, 'fallback'> = {
  attemptTimeoutMs: 150,
  retry: { maxRetries: 3, backoff: { initialDelayMs: 1, maxDelayMs: 1 } },
};
const safety: OrderSafety<unknown, [Order], Placed> = {
  clientOrderId: ({ newClientOrderId }) => newClientOrderId,
  find(id) {
    lookups += 1;
    const found = executed.find(({ newClientOrderId }) => newClientOrderId === id);
    return found && { clientOrderId: id, symbol: found.symbol, side: found.side };
  },
  settleMs: [1, 20],
};
/** Every test has an exchange, and so an account, of its own. */
const guardedAs = (): OrderSafety<unknown, [Order], Placed> => ({ ...safety });
const post = async (sent: Order): Promise<Placed> => (await http.post<Placed>('/order', sent)).data;
const post307: Answer = (response) => void response.writeHead(307, { location: '/order' }).end();

type Method = (order: Order) => Promise<Placed>;
type Policy = Parameters<typeof resilient<Method>>[1];
const guarded = (method: Method, policy: Policy = fast): Method =>
  resilient(method, policy, { orderSafety: guardedAs() });
const wrapAs =
  (make: (cause: unknown) => unknown): Method =>
  async (sent) => {
    try {
      return await post(sent);
    } catch (cause) {
      throw make(cause);
    }
  };

const wrappers: Record<string, (cause: unknown) => unknown> = {
  'an error with a cause': (cause) => new Error('placing failed', { cause }),
  'an error without one': () => new Error('HTTP 502'),
  'an error of the strategy': (cause) =>
    new TradingStrategyError('placing failed', { strategyName: 'grid', cause }),
  'a string': () => 'placing failed',
  undefined: () => undefined,
};

describe('one order, whatever the method throws after it was sent', () => {
  it.each(Object.keys(wrappers))('%s, after a timeout', async (name) => {
    answerOrder = hang;
    const method = wrapAs(wrappers[name] as (cause: unknown) => unknown);
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect([executed.length, lookups]).toEqual([1, 1]);
  });

  it.each(Object.keys(wrappers))(
    '%s, after a bad gateway and under a policy that retries it',
    async (name) => {
      answerOrder = (response) => json(response, 502, {});
      const policy = createPolicy({ ...fast, retry: { ...(fast.retry as object), on: [Error] } });
      const method = wrapAs(wrappers[name] as (cause: unknown) => unknown);
      expect(await guarded(method, policy)(order)).toMatchObject({ clientOrderId: 'intent-1' });
      expect(executed).toHaveLength(1);
      // Without order safety nobody can ask, so that it ends there.
      executed = [];
      await expect(resilient(method, policy)(order)).rejects.not.toBe(0);
      expect(executed).toHaveLength(1);
    },
  );

  it.each([404, 429, 502])('a read after the acknowledged order that answers %i', async (status) => {
    answerOther = (response) => json(response, status, { code: -1003, msg: 'busy' });
    const method: Method = async (sent) => {
      await post(sent);
      return (await http.get<Placed>('/order')).data;
    };
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
    executed = [];
    await expect(resilient(method, fast)(order)).rejects.toMatchObject({ name: /^WEEX/ });
    expect(executed).toHaveLength(1);
  });

  it('a second write that is refused with 429 after the order', async () => {
    answerOther = (response) => json(response, 429, { code: -1003, msg: 'busy' });
    const method: Method = async (sent) => {
      const placed = await post(sent);
      await http.post('/log', { text: 'placed' });
      return placed;
    };
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('a read through axios, then the order through fetch, which hangs', async () => {
    answerOrder = hang;
    const method: Method = async (sent) => {
      await http.get('/price');
      const answer = await fetch(`${url}/order`, { method: 'POST', body: JSON.stringify(sent) });
      return (await answer.json()) as Placed;
    };
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
    executed = [];
    await expect(resilient(method, fast)(order)).rejects.toMatchObject({ executionStatus: 'unknown' });
    expect(executed).toHaveLength(1);
  });

  it('an outer call that reads and then makes an inner guarded one', async () => {
    answerOrder = hang;
    let minted = 0;
    const inner = resilient(
      post,
      { ...fast, attemptTimeoutMs: 5_000 },
      {
        orderSafety: safety,
      },
    );
    const outer = resilient(
      async () => {
        await http.get('/price');
        return inner({ ...order, newClientOrderId: `intent-${(minted += 1)}` });
      },
      { ...fast, attemptTimeoutMs: 500 },
    );
    await expect(outer()).rejects.toMatchObject({ executionStatus: 'unknown' });
    expect(executed).toHaveLength(1);
  });

  it('an error page of a proxy under any status, after the order was executed', async () => {
    for (const status of [400, 401, 403, 404, 405, 409, 413, 421, 423, 425, 429, 431, 451, 521]) {
      executed = [];
      answerOrder = (response) => void response.writeHead(status).end('<html>proxy</html>');
      expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
      expect(executed).toHaveLength(1);
      executed = [];
      await expect(resilient(post, fast)(order)).rejects.toMatchObject({ executionStatus: 'unknown' });
      expect(executed).toHaveLength(1);
    }
  });
});

describe('what can be placed is placed', () => {
  it('after an explicit refusal of the exchange, without a lookup', async () => {
    let refusals = 1;
    answerOrder = (response, sent) => {
      if (refusals-- > 0) {
        executed.pop();
        response.setHeader('retry-after', '0');
        json(response, 429, { code: -1003, msg: 'Too many requests' });
      } else acknowledge(response, sent);
    };
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect([executed.length, lookups]).toEqual([1, 0]);
  });

  it.each(Object.keys(wrappers))('after a refusal that the method turns into %s', async (name) => {
    answerOrder = (response) => {
      executed = [];
      answerOrder = acknowledge;
      response.setHeader('retry-after', '0');
      json(response, 429, { code: -1003, msg: 'Too many requests' });
    };
    const method = wrapAs(wrappers[name] as (cause: unknown) => unknown);
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect([executed.length, lookups]).toEqual([1, 0]);
  });

  it('after an error page of a proxy, once the lookups prove that it is absent', async () => {
    let pages = 1;
    answerOrder = (response, sent) => {
      if (pages-- > 0) {
        executed.pop();
        response.writeHead(503).end('<html>proxy</html>');
      } else acknowledge(response, sent);
    };
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
    expect(lookups).toBeGreaterThan(0);
  });
});

describe('foreign policies', () => {
  const foreign = {
    'retry(handleAll)': cockatielRetry(handleAll, { maxAttempts: 3 }),
    'wrap(retry, timeout)': wrap(
      cockatielRetry(handleAll, { maxAttempts: 3 }),
      timeout(100, TimeoutStrategy.Aggressive),
    ),
  };

  // Only a timeout ends an attempt that hangs.
  const answersUnder = (name: string): Answer[] => [
    (response) => json(response, 502, {}),
    ...(name.includes('timeout') ? [hang] : []),
  ];

  it.each(Object.entries(foreign))('%s sends a guarded order once', async (name, policy) => {
    const throws: Method = wrapAs(() => new Error('HTTP 502'));
    for (const answer of answersUnder(name)) {
      executed = [];
      answerOrder = answer;
      expect(await guarded(throws, policy as Policy)(order)).toMatchObject({ clientOrderId: 'intent-1' });
      expect(executed).toHaveLength(1);
    }
  });

  it.each(Object.entries(foreign))('%s sends an unguarded write once', async (name, policy) => {
    for (const answer of answersUnder(name)) {
      for (const use of [policy, createPolicy({ inner: policy, attemptTimeoutMs: 500 })]) {
        executed = [];
        answerOrder = answer;
        await expect(resilient(post, use as Policy)(order)).rejects.toBeInstanceOf(Error);
        expect(executed).toHaveLength(1);
      }
    }
  });

  it('a fallback does not hide an order that exists', async () => {
    answerOrder = hang;
    const policy = wrap(fallback(handleAll, 'no order'), timeout(100, TimeoutStrategy.Aggressive));
    const place = resilient(post, policy as unknown as Policy & object, { orderSafety: guardedAs() });
    expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('a guarded order that fails without a hint of what was sent is looked up before it is repeated', async () => {
    answerOrder = (response) => json(response, 502, {});
    const method: Method = async (sent) => {
      const answer = await fetch(`${url}/order`, { method: 'POST', body: JSON.stringify(sent) });
      throw new Error(`HTTP ${answer.status}`);
    };
    expect(await guarded(method, foreign['retry(handleAll)'] as Policy)(order)).toMatchObject({
      side: 'BUY',
    });
    expect(executed).toHaveLength(1);
    executed = [];
    const own = createPolicy({ ...fast, retry: { ...(fast.retry as object), on: [Error] } });
    expect(await guarded(method, own)(order)).toMatchObject({ side: 'BUY' });
    expect(executed).toHaveLength(1);
  });
});

describe('an attached axios instance', () => {
  it('does not repeat the POST of an order when redirected', async () => {
    answerOrder = post307;
    await expect(http.post('/order', order)).rejects.toMatchObject({ executionStatus: 'unknown' });
    expect(executed).toHaveLength(1);
  });

  it('rejects the second send of axios-retry, and says what to do', async () => {
    const retried = axios.create({ baseURL: url });
    axiosRetry(retried, { retries: 3, retryCondition: () => true });
    attachWeexErrors(retried);
    answerOrder = (response) => json(response, 502, {});
    await expect(retried.post('/order', order)).rejects.toThrow(/call attachWeexErrors first/);
    expect(executed).toHaveLength(1);
  });

  it('lets axios-retry repeat reads', async () => {
    const retried = axios.create({ baseURL: url });
    axiosRetry(retried, { retries: 2 });
    attachWeexErrors(retried);
    let reads = 0;
    answerOther = (response) => json(response, (reads += 1) === 2 ? 200 : 502, { reads });
    expect((await retried.get<{ reads: number }>('/price')).data.reads).toBe(2);
  });
});

describe('what is found or acknowledged', () => {
  it('must be the order: an acknowledgement of another id is looked up', async () => {
    answerOrder = (response) => json(response, 200, { orderId: '7', clientOrderId: 'another' });
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    answerOrder = (response) => json(response, 200, { success: true, orderId: null });
    executed = [];
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it.each([
    [{}, 'without an order id'],
    [true, 'neither an order'],
    [{ code: '00000', data: null }, 'without an order id'],
    [{ list: [] }, 'without an order id'],
    [[{ clientOrderId: 'x' }], 'other orders'],
    [{ data: {}, headers: {}, config: {}, status: 200 }, 'whole response'],
    [{ clientOrderId: 'intent-1', side: 'SELL' }, 'side is "SELL", but "BUY" was ordered'],
  ])('find returning %j proves nothing', async (found, why) => {
    answerOrder = hang;
    const call = resilient(post, fast, {
      orderSafety: { ...safety, find: () => found as never, reconcileDeadlineMs: 60 },
    });
    const failure = await call(order).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WEEXOutcomeUnknownError);
    expect(String(failure)).toContain(why);
    expect(executed).toHaveLength(1);
  });

  it.each(['REJECTED', 'FAILED'])('that is %s is not a success, and is not sent again', async (status) => {
    answerOrder = hang;
    const call = resilient(post, fast, {
      orderSafety: { ...safety, find: (id: string) => ({ clientOrderId: id, status }) as never },
    });
    await expect(call(order)).rejects.toMatchObject({ kind: 'order', executionStatus: 'not-executed' });
    expect(executed).toHaveLength(1);
  });

  it('is checked by matches, if the call has it', async () => {
    answerOrder = hang;
    const call = resilient(post, fast, {
      orderSafety: { ...safety, matches: (found: Placed) => found.side === 'SELL', reconcileDeadlineMs: 60 },
    });
    await expect(call(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
  });

  it('is the order as it was when the call started, whatever the caller does to its object', async () => {
    answerOrder = hang;
    const reused = { ...order };
    const call = guarded(post)(reused);
    Object.assign(reused, { newClientOrderId: 'intent-2', side: 'SELL' });
    expect(await call).toMatchObject({ clientOrderId: 'intent-1', side: 'BUY' });
    expect(executed).toEqual([order]);
  });
});

describe('one id, several calls', () => {
  it('a second call while the first is running is rejected at once, and the first ends as usual', async () => {
    const place = guarded(post);
    const first = place(order);
    await expect(place(order)).rejects.toThrow(/another call with client order id intent-1 is under way/);
    expect(await first).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('is shared by every instance of a class, and by every method that names the account', async () => {
    class Trading {
      @Resilient(fast, { orderSafety: safety })
      async place(sent: Order): Promise<Placed> {
        return post(sent);
      }
    }
    const first = new Trading().place(order);
    await expect(new Trading().place(order)).rejects.toThrow(/is under way/);
    await first;
    const main = { ...safety, account: () => 'main' };
    const other = resilient(post, fast, { orderSafety: main })(order);
    await expect(resilient(post, fast, { orderSafety: { ...main } })(order)).rejects.toThrow(/is under way/);
    await resilient(post, fast, { orderSafety: { ...main, account: () => 'second' } })(order);
    await other;
    expect(executed).toHaveLength(3);
  });

  it('what an earlier call left unknown is looked up before anything is sent', async () => {
    let isBlind = true;
    const place = resilient(post, fast, {
      orderSafety: {
        ...safety,
        find(id: string, sent: Order) {
          if (isBlind) throw new Error('lookups fail');
          return safety.find.call(undefined, id, sent);
        },
        reconcileDeadlineMs: 40,
      },
    });
    answerOrder = hang;
    await expect(place(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    answerOrder = (response) => json(response, 400, { code: -2010, msg: 'Insufficient margin' });
    await expect(place(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    isBlind = false;
    expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('a refusal for a duplicate id is looked up: the order can only be this one', async () => {
    answerOrder = (response) => json(response, 400, { code: -1054, msg: 'Duplicate clientOrderId' });
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect([executed.length, lookups]).toEqual([1, 1]);
  });
});

it.each([
  ['guarded orders', guarded],
  ['a call that sent a write', (method: Method, policy: Policy) => resilient(method, policy)],
])('an earlier order does not answer a new one: staleMs keeps nothing of %s', async (_, make) => {
  const policy = createPolicy({ ...fast, staleMs: 60_000 });
  const place = make(post, policy);
  await place(order);
  answerOrder = (response) => {
    executed = [];
    json(response, 503, {});
  };
  await expect(place(order)).rejects.toMatchObject({ kind: 'system' });
});

describe('a method that hides the outcome of its order', () => {
  const late = { timeout: 100 };
  const hiding: Record<string, Method> = {
    'returns nothing when it fails': async (sent) =>
      http.post('/order', sent, late).then(
        ({ data }) => data as Placed,
        () => undefined as unknown as Placed,
      ),
    'does not wait': async (sent) => {
      void http.post('/order', sent).catch(() => undefined);
      return undefined as unknown as Placed;
    },
    'gives up waiting': async (sent) =>
      Promise.race([post(sent), wait(50).then(() => ({ timedOut: true }) as unknown as Placed)]),
  };

  it.each(Object.keys(hiding))('%s: the order is looked up', async (name) => {
    answerOrder = hang;
    expect(await guarded(hiding[name] as Method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('is trusted if it handles a refusal', async () => {
    answerOrder = (response) => {
      executed.pop();
      json(response, 400, { code: -2010, msg: 'Account has insufficient balance' });
    };
    const settled: string[] = [];
    const journal = createMemoryJournal();
    const method: Method = async (sent) => post(sent).catch(() => ({ ok: false }) as unknown as Placed);
    const place = resilient(method, fast, {
      orderSafety: {
        ...guardedAs(),
        journal: { ...journal, settled: (id, outcome) => void settled.push(`${id} ${outcome}`) },
      },
    });
    expect(await place(order)).toEqual({ ok: false });
    await vi.waitFor(() => expect(settled).toEqual(['intent-1 not-executed']));
    expect(lookups).toBe(0);
  });

  it.each(['before', 'after'])('is not suspected if an interceptor unwraps the answer %s', async (when) => {
    const own = axios.create({ baseURL: url });
    const unwrap = () => own.interceptors.response.use(({ data }) => data as never);
    if (when === 'before') unwrap();
    attachWeexErrors(own);
    if (when === 'after') unwrap();
    const place = guarded(async (sent) => own.post<Placed, Placed>('/order', sent));
    expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect([executed.length, lookups]).toEqual([1, 0]);
  });
});

describe('an order through fetch, and then something else that was not executed', () => {
  const byFetch = async (sent: Order): Promise<Placed> =>
    (await (await fetch(`${url}/order`, { method: 'POST', body: JSON.stringify(sent) })).json()) as Placed;
  const closed = createPolicy({ name: 'closed', circuitBreaker: { consecutiveFailures: 1 } });
  const then: Record<string, () => Promise<unknown>> = {
    'a log that is refused': () => http.post('/log', {}),
    'a call that a circuit refuses': resilient(async () => undefined, closed),
  };
  const policies: Record<string, PolicyOptions> = {
    'a retry': { ...fast, coolDown: false, retry: { maxRetries: 3, on: [Error, WEEXCircuitOpenError] } },
    'no retry': { attemptTimeoutMs: 150, coolDown: false },
  };

  it.each(Object.keys(then).flatMap((what) => Object.keys(policies).map((how) => [what, how] as const)))(
    '%s, under %s: the order is looked up and found',
    async (what, how) => {
      answerOther = (response) => json(response, 429, { code: -1003, msg: 'Too many requests' });
      await closed.executeOutcome(() => Promise.reject(new WEEXNetworkError('lost')));
      const method: Method = async (sent) => {
        const placed = await byFetch(sent);
        await then[what]?.();
        return placed;
      };
      const place = guarded(method, createPolicy({ ...policies[how], fallback: false }));
      expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
      expect(executed).toHaveLength(1);
    },
  );

  it('is trusted at once if the orders of the method were always seen', async () => {
    let isReady = true;
    const method: Method = async (sent) => {
      if (!isReady) await then['a call that a circuit refuses']?.();
      return post(sent);
    };
    await closed.executeOutcome(() => Promise.reject(new WEEXNetworkError('lost')));
    const place = guarded(method);
    await place({ ...order, newClientOrderId: 'intent-0' });
    isReady = false;
    await expect(place(order)).rejects.toMatchObject({ executionStatus: 'not-executed' });
    expect(lookups).toBe(0);
  });
});

describe('an order that is sent otherwise than the call says', () => {
  const lost: Answer = (response) => void response.destroy();
  const rewriting: Record<string, (instance: AxiosInstance, id: string) => void> = {
    'an interceptor rewrites its id': (instance) =>
      void instance.interceptors.request.use((config) => ({
        ...config,
        data: { ...(config.data as Order), newClientOrderId: 'rewritten' },
      })),
    'a transform rewrites its id': (instance) => {
      instance.defaults.transformRequest = [
        (data: Order, headers) => {
          headers.setContentType('application/json');
          return JSON.stringify({ ...data, newClientOrderId: 'rewritten' });
        },
      ];
    },
    'it gets a prefix': (instance) =>
      void instance.interceptors.request.use((config) => ({
        ...config,
        data: {
          ...(config.data as Order),
          newClientOrderId: `broker-${(config.data as Order).newClientOrderId}`,
        },
      })),
  };

  it.each(Object.keys(rewriting))('%s: it does not count as absent', async (name) => {
    answerOrder = lost;
    const own = axios.create({ baseURL: url });
    rewriting[name]?.(own, 'rewritten');
    attachWeexErrors(own);
    const place = guarded(async (sent) => (await own.post<Placed>('/order', sent)).data);
    await expect(place(order)).rejects.toThrow(/was sent without client order id/);
    expect(executed).toHaveLength(1);
  });

  it('behind a gateway whose path says nothing', async () => {
    answerOrder = lost;
    const place = guarded(async ({ newClientOrderId: _id, ...sent }) => {
      return (await http.post<Placed>('/openapi/order', sent)).data;
    });
    await expect(place(order)).rejects.toThrow(/was sent without client order id/);
    expect(executed).toHaveLength(1);
  });

  it('with a second order besides it is not repeated while that one exists', async () => {
    let sent = 0;
    answerOrder = (response, received) => {
      sent += 1;
      if (received.newClientOrderId === 'hedge') acknowledge(response, received);
      else {
        executed.pop();
        json(response, 429, { code: -1003, msg: 'Too many requests' });
      }
    };
    const place = guarded(async (received) => {
      await http.post('/order', { ...received, side: 'SELL', newClientOrderId: 'hedge' });
      return post(received);
    });
    await expect(place(order)).rejects.toThrow('the exchange acknowledged POST /order');
    expect(sent).toBe(2);
  });

  it('is not considered absent once it was acknowledged', async () => {
    const method: Method = async (sent) => {
      await post(sent);
      throw new Error('after that');
    };
    const place = resilient(method, fast, { orderSafety: { ...guardedAs(), find: () => undefined } });
    await expect(place(order)).rejects.toThrow('the exchange acknowledged POST /order');
    expect(executed).toHaveLength(1);
  });

  it('is not proven by a log that contains its id', async () => {
    answerOrder = (response) => {
      executed.pop();
      response.destroy();
    };
    const place = guarded(async (sent) => {
      await post(sent).catch(() => undefined);
      await http.post('/audit/log', { order: sent });
      return {} as Placed;
    });
    await expect(place(order)).rejects.toBeInstanceOf(Error);
    expect(lookups).toBeGreaterThan(0);
  });
});

describe('what is not an order', () => {
  it.each([
    ['a page', '<html>busy</html>'],
    ['a refusal', { code: -1003, msg: 'Too many requests' }],
    ['an empty success', { code: '0', msg: 'ok' }],
  ])('%s, returned by the method, is looked up', async (_, value) => {
    const place = guarded(async () => value as unknown as Placed);
    await expect(place(order)).rejects.toBeInstanceOf(Error);
    expect(lookups).toBeGreaterThan(0);
  });

  it.each([
    ['a page', '<html>busy</html>'],
    ['a status', 404],
    ['a refusal', { code: -2013, msg: 'Order does not exist.', clientOrderId: 'intent-1' }],
  ])('%s, returned by find, proves nothing', async (_, found) => {
    answerOrder = (response) => void response.destroy();
    const orderSafety = { ...guardedAs(), find: () => found as unknown as Placed, reconcileDeadlineMs: 100 };
    await expect(resilient(post, fast, { orderSafety })(order)).rejects.toBeInstanceOf(
      WEEXOutcomeUnknownError,
    );
    expect(executed).toHaveLength(1);
  });
});

it('a guarded call inside a guarded call with the same id and account is part of it', async () => {
  const orderSafety = { ...guardedAs(), account: () => 'nested' };
  const inner = resilient(post, fast, { orderSafety });
  const outer = resilient(async (sent: Order) => inner(sent), {}, { orderSafety: { ...orderSafety } });
  expect(await outer(order)).toMatchObject({ clientOrderId: 'intent-1' });
  const twice = resilient(
    async (sent: Order) => (await Promise.all([inner(sent), inner(sent)]))[0],
    {},
    { orderSafety: { ...orderSafety } },
  );
  executed = [];
  await twice(order);
  expect(executed).toHaveLength(1);
});

describe('a retry inside the method', () => {
  const again = cockatielRetry(handleAll, { maxAttempts: 3 });

  it('sends one order, whatever the answer', async () => {
    answerOrder = (response) => void response.destroy();
    expect(await guarded(async (sent) => again.execute(() => post(sent)))(order)).toMatchObject({
      clientOrderId: 'intent-1',
    });
    expect(executed).toHaveLength(1);
  });

  it('sends again what the exchange has refused', async () => {
    let refusals = 0;
    answerOrder = (response, sent) => {
      if (refusals++ === 0) {
        executed = [];
        json(response, 429, { code: -1003, msg: 'Too many requests' });
      } else acknowledge(response, sent);
    };
    await guarded(async (sent) => again.execute(() => post(sent)))(order);
    expect(executed).toHaveLength(1);
  });

  it.each<readonly [string, (sent: Order) => [url: string, body?: unknown, config?: AxiosRequestConfig]]>([
    ['a form', (sent) => ['/order', new URLSearchParams({ ...sent })]],
    ['bytes', (sent) => ['/order', Buffer.from(JSON.stringify(sent))]],
    ['a query', (sent) => ['/order', undefined, { params: sent }]],
    ['a query in the url', (sent) => [`/order?${new URLSearchParams({ ...sent }).toString()}`]],
  ])('sends one order, whose id is in %s', async (_, request) => {
    answerOrder = (response) => json(response, 502, {});
    const method: Method = (sent) =>
      again.execute(async () => (await http.post<Placed>(...request(sent))).data);
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('sends one order, even if the path ends differently', async () => {
    answerOrder = (response) => json(response, 502, {});
    let sent = 0;
    const method: Method = (order_) =>
      again.execute(async () => (await http.post<Placed>(`/order${'/'.repeat(sent++ % 2)}`, order_)).data);
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('sends one order, even under a new id each time, and says that it cannot be looked up', async () => {
    answerOrder = (response) => json(response, 502, {});
    let minted = 0;
    const method: Method = (sent) =>
      again.execute(() => post({ ...sent, newClientOrderId: `new-${(minted += 1)}` }));
    await expect(guarded(method)(order)).rejects.toThrow(
      'POST /order was sent without client order id intent-1, so no lookup can show that it is absent',
    );
    expect(executed).toHaveLength(1);
  });

  it.each<readonly [string, (sent: Order, attempt: number) => readonly [string, object]]>([
    ['to another path', (sent, attempt) => [attempt === 0 ? '/order' : '/v2/order', sent]],
    [
      'with another quantity, under a new id',
      (sent, attempt) =>
        attempt === 0
          ? ['/order', sent]
          : ['/order', { ...sent, quantity: attempt, newClientOrderId: `new-${attempt}` }],
    ],
  ])('sends one order, also %s', async (_, request) => {
    answerOrder = (response) => json(response, 502, {});
    let attempt = 0;
    const method: Method = (sent) =>
      again.execute(async () => (await http.post<Placed>(...request(sent, attempt++))).data);
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('sends one order, even under a new id after its own pause', async () => {
    answerOrder = hang;
    const method: Method = async (sent) => {
      const first = post(sent);
      const slow = wait(60).then(() => post({ ...sent, newClientOrderId: 'again' }));
      return Promise.any([first, slow]);
    };
    expect(await guarded(method)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('is not mistaken for several orders of one method', async () => {
    const method: Method = async (sent) => {
      await Promise.all(
        [2, 3].map((leg) => http.post('/order', { ...sent, newClientOrderId: `leg-${leg}` })),
      );
      return post(sent);
    };
    await guarded(method)(order);
    expect(executed).toHaveLength(3);
  });

  it('is not mistaken for another request about the order', async () => {
    const paths: (string | undefined)[] = [];
    answerOther = (response) => {
      paths.push(response.req.url);
      json(response, 200, {});
    };
    await guarded(async (sent) => {
      const placed = await post(sent);
      await http.post('/log', sent);
      await http.post('/cancel', sent);
      return placed;
    })(order);
    expect(paths).toEqual(['/log', '/cancel']);
  });
});

describe('an answer that is not from the exchange', () => {
  it.each<readonly [string, number, unknown]>([
    ['a status in a body', 200, { code: 403, msg: 'Forbidden' }],
    ['a code of Cloudflare', 403, { error: { code: 1020, message: 'Access denied' } }],
    ['a failure without a code', 200, { success: false, errors: [{ code: 1020 }] }],
    ['a code in words', 409, { code: 'CONFLICT', message: 'A duplicate' }],
    ['an empty object', 200, {}],
    ['a word', 200, { status: 'ok' }],
    ['a redirect', 307, ''],
  ])('after %s the order is looked up', async (_, status, body) => {
    answerOrder = (response) => json(response, status, body);
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect([executed.length, lookups]).toEqual([1, 1]);
  });
});

describe('an id that a journal holds open', () => {
  const journals: Record<string, () => IntentJournal> = {
    'a journal that tells': createMemoryJournal,
    'a journal that only lists': () => {
      const { open, sent, settled } = createMemoryJournal();
      return { open, sent, settled };
    },
  };

  it.each(Object.keys(journals))('is looked up before it is sent, after a restart: %s', async (name) => {
    const journal = (journals[name] as () => IntentJournal)();
    await journal.sent({ clientOrderId: 'intent-1', args: [order], begunAt: 1, sentAt: 1 });
    executed.push(order);
    const place = resilient(post, fast, { orderSafety: { ...safety, journal } });
    expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
    await vi.waitFor(async () => expect(await journal.open()).toEqual([]));
  });

  it.each(Object.keys(journals))('stays open when it is used again at once: %s', async (name) => {
    const journal = (journals[name] as () => IntentJournal)();
    const place = resilient(post, { attemptTimeoutMs: 50 }, { orderSafety: { ...safety, journal } });
    answerOrder = (response) => json(response, 400, { code: -2010, msg: 'Insufficient margin' });
    await expect(place(order)).rejects.toMatchObject({ executionStatus: 'not-executed' });
    const blind = {
      ...safety,
      journal,
      reconcileDeadlineMs: 40,
      find: () => Promise.reject(new Error('down')),
    };
    answerOrder = hang;
    await expect(resilient(post, { attemptTimeoutMs: 50 }, { orderSafety: blind })(order)).rejects.toThrow();
    expect((await journal.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['intent-1']);
  });
});

describe('independent methods', () => {
  it('do not place an order with the same id twice', async () => {
    answerOrder = hang;
    const blind = { ...guardedAs(), find: () => Promise.reject(new Error('down')), reconcileDeadlineMs: 40 };
    const first = resilient(post, { attemptTimeoutMs: 50 }, { orderSafety: blind });
    await expect(first(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    answerOrder = acknowledge;
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });

  it('place it once the first one has been proven absent', async () => {
    answerOrder = hang;
    const blind = { ...guardedAs(), find: () => Promise.reject(new Error('down')), reconcileDeadlineMs: 40 };
    const first = resilient(post, { attemptTimeoutMs: 50 }, { orderSafety: blind });
    await expect(first(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    executed = [];
    answerOrder = acknowledge;
    expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1' });
    expect(executed).toHaveLength(1);
  });
});

it('when one repeats the order while it is in progress, look it up before sending', async () => {
  const place = guarded(post);
  answerOrder = (response, sent) => void wait(60).then(() => acknowledge(response, sent));
  const unheard = place(order);
  await expect(place(order)).rejects.toThrow(/is under way/);
  await unheard;
  expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
  expect([executed.length, lookups]).toEqual([1, 1]);
});

it('do not send an order after its attempt has failed', async () => {
  const late: Promise<unknown>[] = [];
  const method: Method = (sent) => {
    const sending = wait(20).then(() => post(sent));
    sending.catch(() => {});
    late.push(sending);
    throw new WEEXNetworkError('Refused', { executionStatus: 'not-executed' });
  };
  await expect(guarded(method)(order)).rejects.toThrow('Refused');
  const ends = await Promise.allSettled(late);
  expect([executed.length, ends.map(({ status }) => status)]).toEqual([0, ends.map(() => 'rejected')]);
});

it('that use one object for several orders with a journal send each under its own id', async () => {
  const journal = createMemoryJournal();
  const place = resilient(post, fast, { orderSafety: { ...safety, journal } });
  const reused = { symbol: 'BTCUSDT', side: 'BUY', newClientOrderId: '' };
  const calls = ['first', 'second', 'third'].map((id) => {
    reused.newClientOrderId = id;
    return place(reused);
  });
  expect((await Promise.all(calls)).map(({ clientOrderId }) => clientOrderId)).toEqual([
    'first',
    'second',
    'third',
  ]);
  expect(executed.map(({ newClientOrderId }) => newClientOrderId).toSorted()).toEqual([
    'first',
    'second',
    'third',
  ]);
});

it('with a rule that retries a foreign class send one order', async () => {
  class GatewayError extends Error {}
  const registry = new PolicyRegistry().forError(GatewayError, { retry: { maxRetries: 3 } });
  const policy = registry.define('orders', { attemptTimeoutMs: 150 });
  const place = guarded(async (sent) => {
    await post(sent);
    throw new GatewayError('502');
  }, policy);
  expect(await place(order)).toMatchObject({ clientOrderId: 'intent-1' });
  expect(executed).toHaveLength(1);
});

it('look up a success that names no order', async () => {
  answerOrder = (response) => json(response, 200, { success: true });
  expect(await guarded(post)(order)).toMatchObject({ clientOrderId: 'intent-1', side: 'BUY' });
  expect([executed.length, lookups]).toEqual([1, 1]);
});

it('an answer that acknowledges nothing, and an order that does not exist, are a failure of the system', async () => {
  answerOrder = (response) => json(response, 200, {});
  const call = resilient(post, fast, { orderSafety: { ...safety, find: () => undefined } });
  const failure = await call(order).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'system', executionStatus: 'not-executed' });
  expect((failure as Error).cause).toBeInstanceOf(WEEXOutcomeUnknownError);
  // Sent again for as long as the policy allows it, since it was proven absent each time.
  expect(executed).toHaveLength(4);
});

it.each([
  [
    'throws when it stops',
    () => () => {
      throw new Error('closed');
    },
  ],
  [
    'rejects when it stops',
    () => async () => {
      throw new Error('closed');
    },
  ],
  ['is asynchronous', async () => () => {}],
  ['returns an object', () => ({ unsubscribe() {} })],
])('a watch that %s changes nothing, and frees the id', async (_, watch) => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const call = resilient(post, fast, { orderSafety: { ...guardedAs(), watch: watch as never } });
  expect(await call(order)).toMatchObject({ clientOrderId: 'intent-1' });
  expect(await call(order)).toMatchObject({ clientOrderId: 'intent-1' });
  await wait(1);
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

it('a journal whose store was not up at first is asked again', async () => {
  const memory = createMemoryJournal();
  let opens = 0;
  const journal: IntentJournal = {
    sent: (intent) => memory.sent(intent),
    settled: (id, outcome) => memory.settled(id, outcome),
    open: () => ((opens += 1) === 1 ? Promise.reject(new Error('not up')) : memory.open()),
  };
  const call = resilient(post, fast, { orderSafety: { ...guardedAs(), journal } });
  await expect(call(order)).rejects.toThrow('not up');
  expect(await call(order)).toMatchObject({ clientOrderId: 'intent-1' });
});

it.each([
  ['a refusal', { code: -1121, msg: 'no such symbol' }],
  ['a page', '<html>'],
])('a stream acknowledges nothing, whatever it holds: %s', async (_, body) => {
  answerOrder = (response) => json(response, 200, body);
  const streamed = async (sent: Order): Promise<Placed> => {
    await http.post('/order', sent, { responseType: 'stream' });
    return { clientOrderId: sent.newClientOrderId, symbol: sent.symbol, side: sent.side };
  };
  const call = resilient(streamed, fast, { orderSafety: { ...guardedAs(), find: () => undefined } });
  await expect(call(order)).rejects.toMatchObject({ executionStatus: 'not-executed' });
});
