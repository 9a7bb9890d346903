import { createServer, type IncomingMessage, request as sendByNode, type ServerResponse } from 'node:http';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  attachWeexErrors,
  createMemoryJournal,
  type OrderSafety,
  type PolicyOptions,
  policies,
  Resilient,
  recoverIntents,
  resilient,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXRequestError,
  weexVenues,
} from '../../src/index.js';
import { serveToEachTest } from './serve-to-each-test.js';

/* Orders that go out far from the method that ordered them, late, or in a form that is hard to read. */

interface Order {
  readonly symbol: string;
  readonly newClientOrderId: string;
  readonly side?: string;
  readonly [field: string]: unknown;
}
type Placed = Readonly<Record<string, unknown>>;
type Answer = (response: ServerResponse, order: Order) => void;

let executed: string[] = [];
/** What happens to the requests of an order, in turn; once they are used up it is acknowledged. */
let answers: Record<string, Answer[]> = {};
let answerLog: (response: ServerResponse) => void;
let lookups = 0;
let url: string;
let http: AxiosInstance;
const server = createServer((request, response) => void serve(request, response));

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const execute = ({ newClientOrderId }: Order): void => void executed.push(newClientOrderId);
const acknowledge: Answer = (response, order) => {
  execute(order);
  json(response, 200, { orderId: `o${executed.length}`, clientOrderId: order.newClientOrderId });
};
const executeAndLose: Answer = (response, order) => {
  execute(order);
  response.destroy();
};
const lose: Answer = (response) => void response.destroy();
const hang: Answer = () => {};
const say =
  (status: number, body: unknown): Answer =>
  (response) =>
    json(response, status, body);

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  if (!request.url?.includes('/order')) {
    answerLog(response);
    return;
  }
  const order = orderOf(text);
  const answer = answers[order.newClientOrderId]?.shift() ?? acknowledge;
  answer(response, order);
}

function orderOf(text: string): Order {
  if (text.startsWith('{')) return JSON.parse(text) as Order;
  const [, ofForm] = /name="newClientOrderId"\r\n\r\n([^\r]*)/.exec(text) ?? [];
  if (ofForm !== undefined) return { symbol: 'BTCUSDT', newClientOrderId: ofForm };
  return Object.fromEntries(new URLSearchParams(text)) as unknown as Order;
}

beforeEach(() => {
  [executed, answers, lookups] = [[], {}, 0];
  answerLog = (response) => json(response, 200, {});
});
serveToEachTest(server, (at) => ({ url, http } = at));

const fast: Omit<PolicyOptions, 'fallback'> = {
  attemptTimeoutMs: 150,
  retry: { maxRetries: 3, backoff: { initialDelayMs: 1, maxDelayMs: 1 } },
};
function findOrder(id: string): Placed | undefined {
  lookups += 1;
  return executed.includes(id) ? { clientOrderId: id } : undefined;
}
const orderSafety = (): OrderSafety<unknown, [Order], unknown> => ({
  clientOrderId: ({ newClientOrderId }) => newClientOrderId,
  find: findOrder,
  settleMs: [1, 20],
});
const orderAs = (newClientOrderId: string): Order => ({ symbol: 'BTCUSDT', side: 'BUY', newClientOrderId });
const post = async (order: Order, config?: AxiosRequestConfig): Promise<unknown> =>
  (await http.post<unknown>('/order', order, config)).data;

type Method = (order: Order) => Promise<unknown>;
const guarded = (method: Method, policy: Parameters<typeof resilient<Method>>[1] = fast): Method =>
  resilient(method, policy, { orderSafety: orderSafety() });

/** Posts one order after the other, each in the async context of whatever ended before it. */
class Queue {
  #last: Promise<unknown> = Promise.resolve();

  async add(order: Order, config?: AxiosRequestConfig): Promise<unknown> {
    const posted = this.#last.then(() => post(order, config));
    this.#last = posted.catch(() => undefined);
    return posted;
  }
}

/** Posts what it is given in a loop that began in whichever call came first. */
class Worker {
  readonly #jobs: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #isRunning = false;

  add(order: Order): Promise<unknown> {
    const posted = new Promise((resolve, reject) => {
      this.#jobs.push(() => void post(order).then(resolve, reject));
    });
    this.#wake?.();
    if (!this.#isRunning) void this.#run();
    return posted;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (;;) {
      for (const job of this.#jobs.splice(0)) job();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

describe('an order that is sent in the async context of another call', () => {
  it.each(['is sent anew', 'was given up'])('is placed after the first one %s', async (how) => {
    const worker = new Worker();
    const place = guarded(
      (order) => worker.add(order),
      how === 'was given up' ? { attemptTimeoutMs: 50, retry: { maxRetries: 0 } } : fast,
    );
    answers = { first: [hang] };
    await place(orderAs('first')).catch(() => undefined);
    for (const id of ['second', 'third']) await place(orderAs(id));
    expect(executed.filter((id) => id !== 'first')).toEqual(['second', 'third']);
    expect(executed.filter((id) => id === 'first')).toHaveLength(how === 'was given up' ? 0 : 1);
  });

  it('is neither refused nor looked up because of the one before it in a queue', async () => {
    const queue = new Queue();
    const place = guarded((order) => queue.add(order));
    answers = { a: [executeAndLose] };
    await Promise.all(['a', 'b', 'c'].map((id) => place(orderAs(id))));
    expect(executed).toEqual(['a', 'b', 'c']);
    expect(lookups).toBe(1);
  });

  it('is known as unanswered if the method hides its failure', async () => {
    const jobs: (() => void)[] = [];
    const timer = setInterval(() => jobs.splice(0).map((job) => job()), 5);
    const place = guarded(
      (order) =>
        new Promise((resolve) => jobs.push(() => void post(order).then(resolve, () => resolve(null)))),
    );
    answers = { a: [lose] };
    expect(await place(orderAs('a'))).toMatchObject({ clientOrderId: 'a' });
    clearInterval(timer);
    expect(executed).toEqual(['a']);
  });

  it('has its own outcome in a batch', async () => {
    let waiting: { order: Order; settle: (item: Placed) => void }[] = [];
    const flush = async (): Promise<void> => {
      await turn();
      const batch = waiting;
      waiting = [];
      const { data } = await http.post<Placed[]>('/batchOrders', {
        batchOrders: batch.map(({ order }) => order),
      });
      for (const [index, { settle }] of batch.entries()) settle(data[index] as Placed);
    };
    const place = guarded(async (order) => {
      const item = await new Promise<Placed>((settle) => {
        if (waiting.push({ order, settle }) === 1) void flush();
      });
      if (item['success'] === false) throw new Error('insufficient balance');
      return item;
    });
    server.removeAllListeners('request');
    server.once('request', (_request, response) =>
      json(response, 200, [
        { success: false, clientOrderId: 'a', code: -2010, msg: 'insufficient balance' },
        { success: true, orderId: '1', clientOrderId: 'b' },
      ]),
    );
    const settled = await Promise.allSettled([place(orderAs('a')), place(orderAs('b'))]);
    server.on('request', (request, response) => void serve(request, response));
    expect(settled).toMatchObject([
      { status: 'rejected', reason: { message: 'insufficient balance' } },
      { status: 'fulfilled', value: { clientOrderId: 'b' } },
    ]);
    expect(lookups).toBe(0);
  });
});

describe('an attempt sends one order', () => {
  it('even if a batch has kept that of an earlier one', async () => {
    let waiting: { order: Order; settle: (placed: Promise<Placed>) => void }[] = [];
    const place = guarded((order) => new Promise<Placed>((settle) => waiting.push({ order, settle })));
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const { batchOrders } = JSON.parse(text) as { batchOrders: Order[] };
        for (const order of batchOrders) execute(order);
        json(
          response,
          200,
          batchOrders.map(({ newClientOrderId: id }) => ({ orderId: id, clientOrderId: id })),
        );
      });
    });
    const flush = async (): Promise<void> => {
      const batch = waiting;
      waiting = [];
      if (batch.length === 0) return;
      const sent = http.post<Placed[]>('/batchOrders', { batchOrders: batch.map(({ order }) => order) });
      for (const [index, { settle }] of batch.entries())
        settle(sent.then(({ data }) => data[index] as Placed));
      await sent.catch(() => undefined);
    };
    const placed = place(orderAs('a'));
    while (waiting.length < 2) await wait(5);
    const timer = setInterval(() => void flush(), 5);
    await placed;
    clearInterval(timer);
    server.removeAllListeners('request').on('request', (request, response) => void serve(request, response));
    expect(executed).toEqual(['a']);
  });

  it('even if another verb goes to the same path', async () => {
    const place = guarded(async (order) => {
      try {
        return await post(order);
      } catch {
        return (await http.put<unknown>('/order', order)).data;
      }
    });
    answers = { a: [executeAndLose] };
    await place(orderAs('a'));
    expect(executed).toEqual(['a']);
  });

  it('even if an interceptor that was attached earlier chooses the adapter', async () => {
    const traced = axios.create({ baseURL: url });
    traced.interceptors.request.use((config) => {
      config.adapter = axios.getAdapter('http');
      return config;
    });
    attachWeexErrors(traced);
    const send = async (order: Order): Promise<unknown> => (await traced.post<unknown>('/order', order)).data;
    answers = { a: [executeAndLose] };
    await guarded((order) => send(order).catch(() => send(order)))(orderAs('a'));
    expect(executed).toEqual(['a']);
  });

  it('and the config of the last one may be the template of the next', async () => {
    let template: AxiosRequestConfig = { url: '/order', method: 'post' };
    const place = guarded(async (order) => {
      const { config, data } = await http.request<unknown>({ ...template, data: order });
      template = config;
      return data;
    });
    for (const id of ['a', 'b', 'c']) await place(orderAs(id));
    expect(executed).toEqual(['a', 'b', 'c']);
  });

  it('and waits the whole patience for one that no interceptor saw, whatever another request was refused with', async () => {
    let lookupsUntilSeen = 1;
    const place = resilient(
      async (order: Order) => {
        try {
          return (await axios.post<unknown>(`${url}/order`, order)).data;
        } catch {
          return (await http.get<unknown>('/log')).data;
        }
      },
      fast,
      {
        orderSafety: {
          clientOrderId: ({ newClientOrderId }) => newClientOrderId,
          find: (id) => (lookupsUntilSeen-- > 0 ? undefined : { clientOrderId: id }),
          venue: { ...weexVenues.contract, visibleWithinMs: 10, requestValidForMs: 600 },
        },
      },
    );
    answerLog = (response) => response.writeHead(429).end('<html>slow down</html>');
    answers = { a: [executeAndLose] };
    await place(orderAs('a'));
    expect(executed).toEqual(['a']);
  });
});

describe('an order that comes late', () => {
  it('is not sent once another attempt has placed it, even with its own signal', async () => {
    const own = new AbortController();
    let attempts = 0;
    const stragglers: Promise<unknown>[] = [];
    const place = guarded(async (order) => {
      attempts += 1;
      if (attempts > 1) return post(order);
      await wait(400);
      const late = post(order, { signal: own.signal });
      stragglers.push(late.catch((error: unknown) => error));
      return late;
    });
    await place(orderAs('a'));
    await wait(500);
    expect(await Promise.all(stragglers)).toEqual([expect.any(WEEXOutcomeUnknownError)]);
    expect(executed).toEqual(['a']);
  });

  it('is left to its call by a recovery', async () => {
    const journal = createMemoryJournal();
    const place = resilient(post as Method, fast, { orderSafety: { ...orderSafety(), journal } });
    answers = { a: [hang] };
    const placed = place(orderAs('a'));
    await wait(20);
    const recovered = await recoverIntents({ journal, find: () => undefined, settleMs: [1, 20] });
    expect(recovered).toEqual([]);
    expect(await journal.open()).toHaveLength(1);
    await placed;
    expect(executed).toEqual(['a']);
  });
});

describe('an order whose arguments change while it is looked up', () => {
  class Ticket {
    order: Order;
    constructor(order: Order) {
      this.order = order;
    }
  }
  const ways: Record<string, (order: Order) => { order: Order }> = {
    'in a plain object': (order) => ({ order }),
    'in an instance': (order) => new Ticket(order),
  };

  it.each(Object.keys(ways))('under %s does not place the next one twice', async (name) => {
    const given = (ways[name] as (order: Order) => { order: Order })(orderAs('a'));
    const place = resilient(async ({ order }: { order: Order }) => post(order), fast, {
      orderSafety: {
        clientOrderId: ({ order }) => order.newClientOrderId,
        find: findOrder,
        settleMs: [1, 20],
      },
    });
    answers = { a: [lose] };
    const first = place(given).catch((error: unknown) => error);
    await wait(5);
    given.order = orderAs('b');
    await place(given);
    const outcome = await first;
    expect(executed.filter((id) => id === 'b')).toHaveLength(1);
    if (given instanceof Ticket) {
      expect(outcome).toBeInstanceOf(WEEXRequestError);
      expect(outcome).toMatchObject({ executionStatus: 'not-executed' });
    } else expect(executed.filter((id) => id === 'a')).toHaveLength(1);
  });
});

describe('an order that no interceptor sees or can read', () => {
  const unseen: Readonly<Record<string, Method>> = {
    fetch: async (order) =>
      (await fetch(`${url}/order`, { method: 'POST', body: JSON.stringify(order) })).json(),
    'node:http': (order) =>
      new Promise((resolve, reject) => {
        sendByNode(`${url}/order`, { method: 'POST' }, (answer) =>
          answer.resume().on('end', () => resolve(order)),
        )
          .on('error', reject)
          .end(JSON.stringify(order));
      }),
    'another axios': async (order) => (await axios.post<unknown>(`${url}/order`, order)).data,
  };
  const hide =
    (send: (order: Order) => Promise<unknown>): Method =>
    async (order) =>
      send(order).catch(() => ({ status: 'sent' }));

  it.each<readonly [string, (order: Order) => unknown]>([
    [
      'a form with parts',
      ({ symbol, newClientOrderId }) => {
        const form = new FormData();
        form.append('symbol', symbol);
        form.append('newClientOrderId', newClientOrderId);
        return form;
      },
    ],
    [
      'a form with an id that has to be escaped',
      (order) => new URLSearchParams(order as Record<string, string>),
    ],
  ])('is read in %s', async (_name, encode) => {
    answers = { 'my id&': [lose] };
    await guarded(hide((order) => post(encode(order) as Order)))(orderAs('my id&'));
    expect(executed).toEqual(['my id&']);
  });

  it('is looked up if its failure is hidden', async () => {
    answers = { a: [lose] };
    await guarded(hide((order) => post(new Blob([JSON.stringify(order)]) as unknown as Order)))(orderAs('a'));
    expect(executed).toEqual(['a']);
  });

  it.each(Object.keys(unseen))(
    'is not cleared by the refusal of a log request, when it was sent by %s this once',
    async (way) => {
      let isDown = false;
      const place = guarded(async (order) => {
        if (!isDown) return post(order);
        try {
          return await (unseen[way] as Method)(order);
        } catch {
          await http.post('/log', { failed: order.newClientOrderId });
          throw new Error('placing failed');
        }
      });
      await place(orderAs('a'));
      isDown = true;
      answerLog = (response) => json(response, 429, { code: -1003, msg: 'Too many requests' });
      answers = { b: [executeAndLose] };
      await place(orderAs('b'));
      expect(executed).toEqual(['a', 'b']);
    },
  );
});

describe('an answer that proves nothing', () => {
  it.each<readonly [string, unknown, AxiosRequestConfig | undefined]>([
    ['names no order, parsed by the method', {}, { transformResponse: (text: unknown) => text }],
    ['names no order, as text', 'OK', { responseType: 'text' }],
    ['names another order', { orderId: '777', clientOrderId: 'somebody-else' }, undefined],
    ['lists another order', [{ orderId: '777', clientOrderId: 'somebody-else' }], undefined],
  ])('%s', async (_name, body, config) => {
    answers = { a: [say(200, body)] };
    await guarded(async (order) => ({ ...order, answer: await post(order, config) }))(orderAs('a'));
    expect(executed).toEqual(['a']);
  });

  it.each([
    [429, { code: -1054, msg: 'SYSTEM_ERROR' }],
    [418, { code: 50_001, msg: 'Internal server error' }],
    [429, { code: -1999, msg: 'DISCONNECTED' }],
    [400, { code: -1999, msg: 'Timeout, the execution status is unknown' }],
  ])('has the status %i and a code of a fault', async (status, body) => {
    answers = {
      a: [
        (response, order) => {
          execute(order);
          json(response, status, body);
        },
      ],
    };
    await guarded(post as Method)(orderAs('a'));
    expect(executed).toEqual(['a']);
  });
});

describe('a lookup', () => {
  const placeWith = (safety: Partial<OrderSafety<unknown, [Order], unknown>>): Method =>
    resilient(post as Method, fast, { orderSafety: { ...orderSafety(), ...safety } });

  it('finds an order whose id is a bigint', async () => {
    answers = { a: [executeAndLose] };
    expect(await placeWith({ find: () => ({ orderId: 5764607523034234880n }) })(orderAs('a'))).toMatchObject({
      orderId: 5764607523034234880n,
    });
  });

  it('treats an order that was rejected after a partial execution as executed', async () => {
    answers = { a: [executeAndLose] };
    const found = { clientOrderId: 'a', status: 'REJECTED', executedQty: '0.5' };
    expect(await placeWith({ find: () => found })(orderAs('a'))).toEqual(found);
    answers = { b: [lose] };
    const refused = { clientOrderId: 'b', status: 'REJECTED', executedQty: '0' };
    await expect(placeWith({ find: () => refused })(orderAs('b'))).rejects.toBeInstanceOf(WEEXOrderError);
  });

  it.each<unknown>([{}, { code: -2200, msg: 'ORDER_NOT_EXIST' }, { data: {}, config: {}, headers: {} }])(
    'that returns %j found nothing, whatever matches says',
    async (found) => {
      answers = { a: [lose] };
      const place = placeWith({ find: () => found, matches: () => true, reconcileDeadlineMs: 100 });
      await expect(place(orderAs('a'))).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    },
  );

  it('is not made for what never left the process', async () => {
    const place = guarded((order) =>
      post(order, {
        transformRequest: () => {
          throw new TypeError('cannot serialize');
        },
      }),
    );
    await expect(place(orderAs('a'))).rejects.toMatchObject({ executionStatus: 'not-executed' });
    expect(lookups).toBe(0);
  });
});

describe('what can be placed is placed', () => {
  it('even after an order for another side whose outcome is unknown', async () => {
    answers = { sl: [lose], entry: [acknowledge] };
    const open = guarded(async (order) => {
      const entry = await post(order);
      const protection = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET' };
      try {
        await post({ ...protection, newClientOrderId: 'sl' });
      } catch {
        await post({ ...protection, type: 'MARKET', reduceOnly: true, newClientOrderId: 'close' });
      }
      return entry;
    });
    await open(orderAs('entry'));
    expect(executed).toEqual(['entry', 'close']);
  });

  it('an id stays known as unanswered, however many others are answered meanwhile', async () => {
    const answerAtOnce: AxiosRequestConfig['adapter'] = async (config) => {
      const { newClientOrderId } = JSON.parse(config.data as string) as Order;
      return {
        data: { orderId: '1', clientOrderId: newClientOrderId },
        status: 200,
        statusText: '',
        headers: {},
        config,
      };
    };
    const down = resilient(post as Method, fast, {
      orderSafety: {
        ...orderSafety(),
        find: () => Promise.reject(new Error('down')),
        reconcileDeadlineMs: 30,
      },
    });
    answers = { x: [executeAndLose] };
    await expect(down(orderAs('x'))).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    const place = guarded((order) => post(order, { adapter: answerAtOnce }));
    for (let count = 0; count < 10_001; count += 1) await place(orderAs(`id-${count}`));
    await guarded(post as Method)(orderAs('x'));
    expect(executed).toEqual(['x']);
  });
});

describe('order safety', () => {
  it.each([policies.account(), policies.marketData()])(
    'applies under a policy whose calls are declared as reads',
    async (policy) => {
      answers = { a: [executeAndLose] };
      await guarded(post as Method, policy)(orderAs('a'));
      expect([executed, lookups]).toEqual([['a'], 1]);
    },
  );

  it('applies to a base method that is called while an override of it runs for another order', async () => {
    class Base {
      @Resilient(fast, { orderSafety: orderSafety() })
      async place(order: Order): Promise<unknown> {
        return post(order);
      }
    }
    class Careful extends Base {
      @Resilient(fast, { orderSafety: orderSafety() })
      override async place(order: Order): Promise<unknown> {
        await wait(50);
        return super.place(order);
      }
      async placeNow(order: Order): Promise<unknown> {
        return super.place(order);
      }
    }
    const trader = new Careful();
    answers = { b: [executeAndLose] };
    await Promise.all([trader.place(orderAs('a')), trader.placeNow(orderAs('b'))]);
    expect(executed.toSorted()).toEqual(['a', 'b']);
    expect(lookups).toBe(1);
  });

  it('rejects ids and accounts that are promises', async () => {
    const place = resilient(post as Method, fast, {
      orderSafety: { ...orderSafety(), clientOrderId: (async () => 'a') as never },
    });
    await expect(place(orderAs('a'))).rejects.toThrow(/clientOrderId returned an object, perhaps a promise/);
    const placeFor = resilient(post as Method, fast, {
      orderSafety: { ...orderSafety(), account: (async () => 'main') as never },
    });
    await expect(placeFor(orderAs('a'))).rejects.toThrow(
      /account must return a string synchronously, but returned object/,
    );
    expect(executed).toEqual([]);
  });
});

describe('what a queue of the method still holds', () => {
  /** Holds what it is given until it is opened, far from any async context of a call. */
  class Gate {
    readonly #held: (() => void)[] = [];
    readonly results: Promise<unknown>[] = [];

    add(send: () => Promise<unknown>): Promise<unknown> {
      const sent = new Promise((resolve, reject) => this.#held.push(() => void send().then(resolve, reject)));
      this.results.push(sent.catch((error: unknown) => error));
      return sent;
    }

    open(): void {
      for (const send of this.#held.splice(0)) send();
    }
  }
  const leave = (ms: number): Promise<never> =>
    wait(ms).then(() => {
      throw new DOMException('slow', 'TimeoutError');
    });

  it('is sent once if the method leaves by itself, however many attempts there were', async () => {
    const gate = new Gate();
    const place = guarded(async (order) => Promise.race([gate.add(() => post(order)), leave(20)]));
    await place(orderAs('a')).catch(() => undefined);
    expect(gate.results.length).toBeGreaterThan(1);
    gate.open();
    await Promise.all(gate.results);
    expect(executed).toEqual(['a']);
  });

  it('is not sent once it is known where the orders of the method go', async () => {
    const gate = new Gate();
    let isStuck = false;
    const place = guarded(async (order) =>
      isStuck ? Promise.race([gate.add(() => post(order)), leave(20)]) : post(order),
    );
    await place(orderAs('a'));
    isStuck = true;
    await place(orderAs('b')).catch(() => undefined);
    gate.open();
    await Promise.all(gate.results);
    expect(executed).toEqual(['a']);
  });

  it('is not sent on behalf of another account with the same id', async () => {
    const account = axios.create({ baseURL: url, headers: { 'ACCESS-KEY': 'b' } });
    attachWeexErrors(account);
    let attempts = 0;
    const placeA = resilient(
      async (order: Order) => {
        attempts += 1;
        if (attempts === 1) await wait(300);
        return post(order, { signal: new AbortController().signal });
      },
      fast,
      { orderSafety: { ...orderSafety(), account: () => 'a' } },
    );
    const placeB = resilient(
      async (order: Order) => {
        await wait(120);
        return (await account.post<unknown>('/order', order)).data;
      },
      { ...fast, attemptTimeoutMs: 2_000 },
      { orderSafety: { ...orderSafety(), account: () => 'b', find: () => undefined } },
    );
    await placeA(orderAs('x'));
    expect(executed).toEqual(['x']);
    await placeB(orderAs('x'));
    await wait(200);
    expect(executed).toEqual(['x', 'x']);
  });

  it('is that of the account whose key it carries, in a queue that two accounts share', async () => {
    const queue = new Queue();
    const placeFor = (account: string): Method =>
      resilient(
        async (order: Order) => {
          const placed = await queue.add(order, { headers: { 'ACCESS-KEY': account } });
          await wait(50);
          return placed;
        },
        { ...fast, retry: false },
        { orderSafety: { ...orderSafety(), account: () => account } },
      );
    await Promise.all([placeFor('a')(orderAs('x')), placeFor('b')(orderAs('x'))]);
    expect([executed, lookups]).toEqual([['x', 'x'], 0]);
  });

  it('is recognised in a form that escapes its id', async () => {
    const gate = new Gate();
    let attempts = 0;
    const form = (order: Order): Promise<unknown> =>
      post(new URLSearchParams(order as Record<string, string>) as unknown as Order);
    const place = guarded(async (order) => {
      attempts += 1;
      if (attempts === 1) return gate.add(() => form(order));
      gate.open();
      await wait(20);
      return form(order);
    });
    await place(orderAs('bot:1'));
    expect(executed).toEqual(['bot:1']);
  });

  it('is recognised although its content is unreadable', async () => {
    let attempts = 0;
    const stragglers: Promise<unknown>[] = [];
    const place = guarded(async (order) => {
      attempts += 1;
      if (attempts > 1) return post(order);
      await wait(300);
      const blob = new Blob([JSON.stringify(order)]) as unknown as Order;
      const late = post(blob, { signal: new AbortController().signal });
      stragglers.push(late.catch((error: unknown) => error));
      return late;
    });
    await place(orderAs('a'));
    await wait(400);
    await Promise.all(stragglers);
    expect([executed, stragglers.length]).toEqual([['a'], 1]);
  });
});

describe('what is not the order', () => {
  it.each(['/audit/order', '/webhooks/order-created'])('does not interfere with it: %s', async (path) => {
    answerLog = (response) => json(response, 200, { ok: true });
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (request.url === path) {
        request.resume();
        answerLog(response);
      } else void serve(request, response);
    });
    const place = guarded(async (order) => {
      await http.post(path, order);
      return post(order);
    });
    await place(orderAs('a'));
    server.removeAllListeners('request').on('request', (request, response) => void serve(request, response));
    expect(executed).toEqual(['a']);
  });

  it('may be unrelated and contain a short id as a quantity', async () => {
    answers = { 1: [lose] };
    const place = guarded(async (order) =>
      Promise.all([post(order).catch(() => null), wait(1)]).then(([placed]) => placed),
    );
    const placed = place(orderAs('1'));
    await http.post('/order', { symbol: 'ETHUSDT', quantity: '1' });
    await placed;
    expect(executed.filter((id) => id === '1')).toEqual(['1']);
  });
});

describe('an answer to a batch', () => {
  it.each<readonly [string, (accepted: Placed) => unknown]>([
    ['leaves it out', (accepted) => [accepted]],
    ['holds nothing in its place', (accepted) => [null, accepted]],
    [
      'reports a fault for it',
      (accepted) => [
        { clientOrderId: 'a', errorCode: -1007, errorMessage: 'Timeout, status unknown' },
        accepted,
      ],
    ],
  ])('that %s has the order looked up', async (_name, answer) => {
    let waiting: { order: Order; settle: (placed: Promise<unknown>) => void }[] = [];
    let isFirst = true;
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const { orders } = JSON.parse(text) as { orders: Order[] };
        const placed = isFirst ? orders.filter(({ newClientOrderId: id }) => id !== 'a') : orders;
        for (const order of placed) execute(order);
        const accepted = { orderId: '1', clientOrderId: 'b' };
        json(response, 200, isFirst ? answer(accepted) : [{ orderId: '2', clientOrderId: 'a' }]);
        isFirst = false;
      });
    });
    const place = guarded(async (order) => {
      const sent = new Promise<unknown>((settle) => {
        waiting.push({ order, settle });
        if (waiting.length > 1) return;
        setTimeout(() => {
          const batch = waiting;
          waiting = [];
          const answered = http.post<(Placed | null)[]>('/batchOrders', {
            orders: batch.map((one) => one.order),
          });
          for (const one of batch)
            one.settle(
              answered.then(({ data }) =>
                data.find((item) => item?.['clientOrderId'] === one.order.newClientOrderId),
              ),
            );
        }, 5);
      });
      return sent;
    });
    await Promise.all([place(orderAs('a')), place(orderAs('b'))]);
    server.removeAllListeners('request').on('request', (request, response) => void serve(request, response));
    expect(executed.toSorted()).toEqual(['a', 'b']);
  });
});
