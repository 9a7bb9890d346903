import axios, { type AxiosInstance, type AxiosResponse, type CreateAxiosDefaults } from 'axios';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attachWeexErrors, createPolicy, resilient, type WEEXError } from '../../src/index.js';
import { type AnsweringServer, reply, startAnsweringServer } from './answering-server.js';

let server: AnsweringServer;
beforeAll(async () => {
  server = await startAnsweringServer();
  makeUnwrapping();
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
});

type Handlers = [
  ((answer: AxiosResponse) => unknown) | undefined,
  ((error: { response: AxiosResponse }) => unknown)?,
];

/** An instance whose own code comes before attachWeexErrors. */
function instance(defaults: CreateAxiosDefaults, ...earlier: Handlers[]): AxiosInstance {
  const http = axios.create({ baseURL: server.url, ...defaults });
  for (const handlers of earlier)
    http.interceptors.response.use(...(handlers as unknown as [never?, never?]));
  attachWeexErrors(http, { losslessIds: true });
  return http;
}

const refusal = { success: false, errorCode: '-1121', errorMessage: 'no such symbol', data: undefined };
const refused = { kind: 'request', code: -1121, executionStatus: 'not-executed' };

const failureOf = (promise: Promise<unknown>): Promise<WEEXError> =>
  promise.then(
    (value) => {
      throw new Error(`it succeeded with ${String(value)}`);
    },
    (error: unknown) => error as WEEXError,
  );

const unwrapping: Record<string, AxiosInstance> = {};
/** Made once the server listens. */
function makeUnwrapping(): void {
  const unwrap = (text: string): unknown => (JSON.parse(text) as { data: unknown }).data;
  const data = (answer: AxiosResponse<{ data: unknown }>): unknown => answer.data.data;
  Object.assign(unwrapping, {
    'an interceptor': instance({}, [data]),
    'an asynchronous interceptor': instance({}, [async (answer) => data(answer)]),
    'two interceptors': instance({}, [(answer) => answer.data as unknown], [(body) => body.data as unknown]),
    'an interceptor that replaces the body': instance({}, [
      (answer) => Object.assign(answer, { data: data(answer) }),
    ]),
    'an interceptor that copies the answer': instance({}, [(answer) => ({ ...answer, data: data(answer) })]),
    'a transform': instance({ transformResponse: [unwrap] }),
    'a transform alone': instance({ transformResponse: unwrap }),
    'transforms after that of axios': instance({
      transformResponse: [
        ...[axios.defaults.transformResponse ?? []].flat(),
        (body: { data: unknown }) => body.data,
      ],
    }),
  });
}

describe('a refusal under HTTP 200 that the caller unwraps', () => {
  it.each([
    'an interceptor',
    'an asynchronous interceptor',
    'two interceptors',
    'an interceptor that replaces the body',
    'an interceptor that copies the answer',
    'a transform',
    'a transform alone',
    'transforms after that of axios',
  ])('by %s is still an error, of an order and of a read', async (name) => {
    const http = unwrapping[name] as AxiosInstance;
    server.answer(reply(200, refusal));
    expect(await failureOf(http.post('/capi/v3/order', {}))).toMatchObject(refused);
    expect(await failureOf(http.get('/capi/v3/account'))).toMatchObject({ kind: 'request', code: -1121 });
    const place = resilient((order: object) => http.post('/capi/v3/order', order), { retry: {} }, {
      orderSafety: { clientOrderId: () => 'mine-1', find: () => Promise.reject(new Error('no lookup')) },
    } as never);
    expect(await failureOf(place({ newClientOrderId: 'mine-1' }) as Promise<unknown>)).toMatchObject(refused);
  });

  it('leaves a success to the caller', async () => {
    server.answer(reply(200, { code: '00000', data: { orderId: '1' } }));
    for (const http of Object.values(unwrapping)) {
      const value: unknown = await http.post('/capi/v3/order', {});
      expect((value as { data?: unknown }).data ?? value).toEqual({ orderId: '1' });
    }
  });

  it('is left to an interceptor that sends the request again', async () => {
    let isRefused = true;
    server.answer((request, response) => {
      reply(200, isRefused ? refusal : { data: 'fresh' })(request, response);
      isRefused = false;
    });
    const http: AxiosInstance = instance({}, [
      async (answer) =>
        (answer.data as { success?: boolean }).success === false
          ? http.request(answer.config)
          : (answer.data as { data: unknown }).data,
    ]);
    expect(await http.get('/first')).toBe('fresh');
  });

  it('is found whatever else the instance sends meanwhile', async () => {
    let goOn = (): void => {};
    const pause = new Promise<void>((resolve) => (goOn = resolve));
    const http = instance({}, [
      async ({ data }: AxiosResponse<{ data: unknown }>) => {
        await pause;
        return data.data;
      },
    ]);
    server.answer((request, response) =>
      reply(200, request.url === '/ticker' ? { data: 1 } : refusal)(request, response),
    );
    const order = failureOf(http.post('/capi/v3/order', {}));
    const ticker = http.get('/ticker');
    goOn();
    expect(await order).toMatchObject(refused);
    expect(await ticker).toBe(1);
  });

  it('is found in an answer that an interceptor made itself', async () => {
    const http = instance({}, [
      ({ config, data, status }: AxiosResponse<{ data: unknown }>) => ({
        status,
        data: data.data,
        config: { url: config.url },
      }),
    ]);
    server.answer(reply(200, refusal));
    expect(await failureOf(http.post('/capi/v3/order', {}))).toMatchObject(refused);
  });

  it('is not judged after detaching', async () => {
    const http = axios.create({ baseURL: server.url });
    http.interceptors.response.use((answer) => (answer.data as { data: never }).data);
    attachWeexErrors(http)();
    server.answer(reply(200, refusal));
    expect(await http.get('/x')).toBeUndefined();
  });
});

describe('an error of the caller that hides the answer', () => {
  const rejectWith = async (value: unknown): Promise<never> => {
    throw value as Error;
  };
  const throwing: Record<string, Handlers> = {
    'a new error': [undefined, (cause) => rejectWith(new Error('mine', { cause }))],
    'the body': [undefined, ({ response }) => rejectWith(response.data)],
    'a text': [undefined, () => rejectWith('mine')],
    'an error with the config': [
      undefined,
      ({ response }) => rejectWith(Object.assign(new Error('mine'), { config: response.config })),
    ],
    'the answer': [undefined, ({ response }) => rejectWith(response)],
    'an object with config and response': [
      undefined,
      ({ response }) => rejectWith({ config: { url: response.config.url }, response }),
    ],
    'an error thrown at once': [
      undefined,
      () => {
        throw new Error('mine');
      },
    ],
  };
  it.each(Object.entries(throwing))('%s keeps its code, and the order is sent once', async (_, handlers) => {
    server.answer(reply(400, { code: -1121, msg: 'no such symbol' }));
    const http = instance({}, handlers);
    const place = resilient((order: object) => http.post('/capi/v3/order', order), { retry: {} }, {
      orderSafety: { clientOrderId: () => 'mine-1', find: () => Promise.reject(new Error('no lookup')) },
    } as never);
    const error = await failureOf(place({ newClientOrderId: 'mine-1' }) as Promise<unknown>);
    expect(error).toMatchObject({ kind: 'request', code: -1121, executionStatus: 'not-executed' });
    expect(server.requests).toHaveLength(1);
  });

  it('thrown for a refusal under HTTP 200 is the refusal, with what was thrown as its cause', async () => {
    const mine = new Error('mine');
    const http = instance({}, [() => Promise.reject(mine)]);
    server.answer(reply(200, refusal));
    const error = await failureOf(http.post('/capi/v3/order', {}));
    expect(error).toMatchObject(refused);
    expect((error.cause as Error).message).toBe('mine');
  });

  it('belongs to its own request even if the same error is thrown for several', async () => {
    const constant = new Error('api is down');
    const byTransform = () => {
      throw constant;
    };
    server.answer((request, response) =>
      request.url === '/html/order'
        ? reply(200, '<html>')(request, response)
        : reply(400, { code: -1121, msg: 'no such symbol' })(request, response),
    );
    for (const http of [
      instance({}, [() => Promise.reject(constant), () => Promise.reject(constant)]),
      instance({ transformResponse: byTransform }),
    ]) {
      const errors = await Promise.all(
        ['/bad/order', '/html/order', '/bad/order'].map((path) => failureOf(http.post(path, {}))),
      );
      expect(errors.map(({ context }) => context['path'])).toEqual([
        '/bad/order',
        '/html/order',
        '/bad/order',
      ]);
      expect(errors.map(({ executionStatus }) => executionStatus)).toEqual([
        'not-executed',
        'unknown',
        'not-executed',
      ]);
    }
    const unsent = instance({ adapter: () => Promise.reject(constant) });
    expect(await failureOf(unsent.post('/late/order', {}))).toMatchObject({ executionStatus: 'unknown' });
  });

  it('thrown by a transform over the page of a proxy is a failure of the system, and retried', async () => {
    const http = instance({ transformResponse: [(text: string) => JSON.parse(text) as unknown] });
    server.answer(reply(502, '<html>bad gateway</html>'));
    const policy = createPolicy({ retry: { maxRetries: 2, backoff: { initialDelayMs: 1 } } });
    const error = await failureOf(policy.execute(() => http.get('/capi/v3/market/time')));
    expect(error).toMatchObject({ kind: 'system', code: 502 });
    expect(error.executionStatus).toBeUndefined();
    expect(error.context).toMatchObject({ method: 'GET', path: '/capi/v3/market/time', status: 502 });
    expect(server.requests).toHaveLength(3);
  });

  it('thrown by a transform over an acknowledged order does not make it unknown', async () => {
    const http = instance({
      transformResponse: [
        () => {
          throw new TypeError('mine');
        },
      ],
    });
    server.answer(reply(200, { orderId: '7', clientOrderId: 'mine-1' }));
    const place = resilient((order: object) => http.post('/capi/v3/order', order), { retry: {} }, {
      orderSafety: { clientOrderId: () => 'mine-1', find: () => ({ orderId: '7', clientOrderId: 'mine-1' }) },
    } as never);
    expect(await place({ newClientOrderId: 'mine-1' })).toMatchObject({ orderId: '7' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a refusal in bytes', () => {
  it('is found behind a byte order mark, and in a part of a buffer', async () => {
    const http = instance({ responseType: 'arraybuffer' });
    server.answer(reply(200, '\ufeff{"code":40029,"msg":"slow"}'));
    expect((await failureOf(http.get('/x'))).kind).toBe('rate-limit');
  });
});
