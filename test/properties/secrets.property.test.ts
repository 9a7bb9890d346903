import { inspect } from 'node:util';
import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { expect, it } from 'vitest';
import { attachWeexErrors, isWEEXError } from '../../src/index.js';
import { createRandom } from '../../src/testing/index.js';
import { howMany } from './how-many.js';

const random = createRandom('secrets');
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
// Headers carry no other characters than those of the first two.
const alphabets = [
  'abcdefghijklmnopqrstuvwxyz0123456789',
  'ABCdef0123+/=',
  'aB3$%&"\\\'<>#?;: ',
  'äöü€😀xyz123',
];

/** Unlike anything else in an error, so that finding it is finding a leak. */
function makeSecret(from: readonly string[]): string {
  const alphabet = [...pick(from)];
  return `zq${Array.from({ length: 8 + Math.floor(random() * 40) }, () => pick(alphabet)).join('')}qz`;
}

/** Each puts a secret somewhere where a request carries one. */
const places: readonly ((config: Record<string, unknown>, secret: string) => void)[] = [
  (config, secret) => set(config, 'headers', 'ACCESS-KEY', secret),
  (config, secret) => set(config, 'headers', 'access-sign', secret),
  (config, secret) => set(config, 'headers', 'ACCESS-PASSPHRASE', secret),
  (config, secret) => set(config, 'headers', 'X-MBX-APIKEY', secret),
  (config, secret) => set(config, 'headers', 'Authorization', `Bearer ${secret}`),
  (config, secret) => set(config, 'headers', 'Cookie', `session=${secret}`),
  (config, secret) => set(config, 'params', pick(['signature', 'apiKey', 'token']), secret),
  (config, secret) => set(config, 'data', pick(['apiKey', 'secretKey', 'passphrase', 'password']), secret),
  (config, secret) => set(config, 'auth', pick(['username', 'password']), secret),
  (config, secret) => {
    config['url'] = `${String(config['url'])}?symbol=X&signature=${encodeURIComponent(secret)}`;
  },
  (config, secret) => {
    config['baseURL'] = `https://user:${encodeURIComponent(secret)}@127.0.0.1`;
  },
];

/** So many places, the first ones, are headers. */
const inHeaders = 6;

function set(config: Record<string, unknown>, field: string, name: string, value: string): void {
  config[field] = { ...(config[field] as object | undefined), [name]: value };
}

/** What a faulty server, proxy or library may do with what it was sent. */
const echoes: readonly ((config: InternalAxiosRequestConfig, secret: string) => unknown)[] = [
  () => ({ code: 40_001, msg: 'no' }),
  (_, secret) => ({ code: '40001', msg: `key ${secret} is not known` }),
  (_, secret) => `<html>signature=${encodeURIComponent(secret)} passphrase: ${secret}</html>`,
  (_, secret) => ({ code: secret, msg: 'x', data: { [secret]: [secret], apiKey: secret } }),
  (config) => ({
    code: -1054,
    msg: JSON.stringify({ url: config.url, headers: config.headers, data: config.data }),
  }),
  (_, secret) => `{"apiKey":${JSON.stringify(secret)},"msg":"cut`,
];

const failures: readonly ((config: InternalAxiosRequestConfig, secret: string) => unknown)[] = [
  (config, secret) => {
    const data = pick(echoes)(config, secret);
    const headers = {
      'set-cookie': `token=${encodeURIComponent(secret)}`,
      'x-request-id': encodeURIComponent(secret),
    };
    const request = {
      method: 'POST',
      path: `/x?sign=${secret}`,
      _header: `ACCESS-KEY: ${secret}`,
      socket: { secret },
    };
    const response = {
      status: pick([400, 401, 403, 429, 500, 502]),
      data,
      headers,
      config,
      request,
      statusText: secret,
    };
    return new AxiosError(
      `Request failed: ${secret}`,
      'ERR_BAD_RESPONSE',
      config,
      request,
      response as never,
    );
  },
  (config, secret) => {
    const cause = Object.assign(new Error(`connect to ${secret} failed`), {
      code: 'ECONNRESET',
      input: secret,
    });
    return AxiosError.from(cause, 'ERR_NETWORK', config, { _header: `passphrase: ${secret}`, secret });
  },
  (config, secret) =>
    Object.assign(new Error(`mine: token=${secret}`), { config, context: { apiKey: secret } }),
  (config, secret) => ({ config, message: `thrown with password=${secret}` }),
];

const adapter = async (config: InternalAxiosRequestConfig & { secret?: string }): Promise<AxiosResponse> => {
  const secret = config.secret ?? '';
  if (random() < 0.3) {
    return {
      status: 200,
      data: pick(echoes)(config, secret),
      headers: {},
      config,
      request: {},
      statusText: '',
    };
  }
  throw pick(failures)(config, secret) as Error;
};

const failuresTried = howMany(10_000);

it(`discloses no secret in ${failuresTried} failures`, async () => {
  const http = axios.create({ adapter });
  attachWeexErrors(http);
  let failed = 0;
  for (let count = 0; count < failuresTried; count += 1) {
    const place = Math.floor(random() * places.length);
    const secret = makeSecret(place < inHeaders ? alphabets.slice(0, 2) : alphabets);
    const config: Record<string, unknown> = { url: '/api/v3/order', method: pick(['get', 'post']), secret };
    places[place]?.(config, secret);
    const error: unknown = await http.request(config).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    if (!isWEEXError(error)) continue;
    failed += 1;
    const shown = [
      error.message,
      error.stack,
      JSON.stringify(error),
      inspect(error, { showHidden: true, depth: Infinity, getters: true, maxStringLength: Infinity }),
    ].join('\n');
    const forms = [
      secret,
      encodeURI(secret),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ];
    for (const form of forms) {
      if (shown.includes(form))
        expect.fail(`${form} in ${shown.slice(0, 20_000)}\nof ${JSON.stringify(config)}`);
    }
  }
  expect(failed).toBeGreaterThan(failuresTried * 0.8);
});
