import axios, {
  AxiosError,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import axiosRetry from 'axios-retry';
import { attachWeexErrors, type WeexErrorsOptions } from 'weex-resilience';
import { compare } from './harness.js';

// An adapter that answers at once, so that only axios and what is attached to it are timed.
const ticker = { symbol: 'BTCUSDT', last: '90307.8', volume_24h: '2222.09', timestamp: '1746669150000' };
const refusal = { code: -1003, msg: 'Too many requests' };

await compare({
  title: 'A successful request: the cost of what is attached to the instance',
  baseline: 'axios alone',
  packages: ['axios', 'axios-retry'],
  cases: {
    'axios alone': callsOf(answering(ticker)),
    'with attachWeexErrors': callsOf(attached(answering(ticker))),
    'with axios-retry': callsOf(retrying(answering(ticker))),
  },
});

await compare({
  title: 'A request refused with HTTP 429: an AxiosError, and a typed error',
  baseline: 'axios alone',
  packages: ['axios'],
  cases: {
    'axios alone': failuresOf(refusing(429, refusal)),
    'with attachWeexErrors': failuresOf(attached(refusing(429, refusal))),
  },
});

const signed = {
  'ACCESS-KEY': 'weex_0123456789abcdef',
  'ACCESS-SIGN': 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  'ACCESS-PASSPHRASE': 'passphrase1',
  'ACCESS-TIMESTAMP': '1767225600000',
};
const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '80000' };
const rejection = { code: -1054, msg: 'INVALID_ARGUMENT: size is not a multiple of stepSize' };

// The ratio minus one is the cost of classification, as a share of what axios spends on the rejected request.
await compare({
  title: 'A signed order refused with HTTP 500: searched for secrets',
  baseline: 'axios alone',
  packages: ['axios'],
  cases: {
    'axios alone': ordersOf(refusing(500, rejection)),
    'with attachWeexErrors': ordersOf(attached(refusing(500, rejection))),
  },
});

const klines = JSON.stringify(
  Array.from({ length: 300 }, (_, index) => [1_767_225_600_000 + index, '87000.1', '87100.2', '12.345', 321]),
);

await compare({
  title: 'An answer of 300 klines as text: losslessIds, where no id needs it',
  baseline: 'axios alone',
  packages: ['axios'],
  cases: {
    'axios alone': callsOf(answering(klines)),
    'with losslessIds': callsOf(attached(answering(klines), { losslessIds: true })),
  },
});

function ordersOf(instance: AxiosInstance): () => Promise<unknown> {
  return async () =>
    instance.post('/api/v3/order', order, { headers: signed }).catch((error: unknown) => error);
}

function callsOf(instance: AxiosInstance): () => Promise<unknown> {
  return () => instance.get('/ticker');
}

function failuresOf(instance: AxiosInstance): () => Promise<unknown> {
  return async () => instance.get('/ticker').catch((error: unknown) => error);
}

function attached(instance: AxiosInstance, options?: WeexErrorsOptions): AxiosInstance {
  attachWeexErrors(instance, options);
  return instance;
}

function retrying(instance: AxiosInstance): AxiosInstance {
  axiosRetry(instance, { retries: 3 });
  return instance;
}

function answering(data: unknown): AxiosInstance {
  return axios.create({ adapter: async (config) => answerOf(config, 200, data) });
}

function refusing(status: number, data: unknown): AxiosInstance {
  return axios.create({
    adapter: async (config) => {
      const answer = answerOf(config, status, data);
      throw new AxiosError('Request failed', AxiosError.ERR_BAD_REQUEST, config, undefined, answer);
    },
  });
}

function answerOf(config: InternalAxiosRequestConfig, status: number, data: unknown): AxiosResponse {
  return { config, status, statusText: '', data, headers: {} };
}
