import type { AxiosInstance } from 'axios';
import { signRequest } from '../../../src/client/index.js';
import type { RehearsalContext } from '../../../src/testing/index.js';

/** Sends a signed request; GET takes its parameters from the query. */
export type Send = (method: 'GET' | 'POST' | 'DELETE', path: string, params: object) => Promise<unknown>;

/** What a bot without the client of this package has: axios, and a function that signs. */
export function createSender(
  axios: AxiosInstance,
  { apiKey, passphrase, secretKey }: RehearsalContext['exchange']['credentials'],
): Send {
  return async (method, path, params) => {
    const query = method === 'POST' ? '' : new URLSearchParams(params as Record<string, string>).toString();
    const body = method === 'POST' ? JSON.stringify(params) : undefined;
    const timestamp = Date.now();
    const { data } = await axios.request<unknown>({
      method,
      url: query === '' ? path : `${path}?${query}`,
      data: body,
      timeout: 4_000,
      headers: {
        'Content-Type': 'application/json',
        'ACCESS-KEY': apiKey,
        'ACCESS-PASSPHRASE': passphrase,
        'ACCESS-TIMESTAMP': String(timestamp),
        'ACCESS-SIGN': signRequest(secretKey, { timestamp, method, path, query, body }),
      },
    });
    return data;
  };
}
