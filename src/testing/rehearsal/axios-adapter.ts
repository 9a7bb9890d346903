import type * as Axios from 'axios';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { EventLoop } from './event-loop.js';
import type { Arrived, Network, Outgoing } from './network.js';

/** What an adapter uses. */
export interface AdapterOptions {
  readonly axios: typeof Axios;
  readonly network: Network;
  readonly loop: EventLoop;
  /** The sender. */
  readonly owner: object;
  /** Whether the sender has crashed: nothing is sent, and no answer arrives. */
  readonly isGone: () => boolean;
  /** The URL of the exchange. */
  readonly url: string;
}

// A bot with its usual addresses also reaches the simulated exchange.
const exchangeHosts: ReadonlySet<string> = new Set(['api-spot.weex.com', 'api-contract.weex.com']);

/** Creates an axios adapter that connects to one host, the simulated exchange; nothing leaves the process. */
export function createAxiosAdapter({
  axios,
  isGone,
  loop,
  network,
  owner,
  url,
}: AdapterOptions): AxiosAdapter {
  const { AxiosError, CanceledError, AxiosHeaders } = axios;
  const { host } = new URL(url);
  return (config) =>
    new Promise((resolve, reject) => {
      if (isGone()) return;
      const target = new URL(axios.default.getUri(config), url);
      const outgoing: Outgoing = {
        method: (config.method ?? 'get').toUpperCase(),
        target: target.pathname + target.search,
        headers: headersOf(config),
        body: bodyOf(config.data),
      };
      const request = { method: outgoing.method, path: outgoing.target };
      const fail = (message: string, code: string): void => {
        end();
        reject(new AxiosError(message, code, config, request));
      };
      const { signal, timeout = 0 } = config;
      const way: { giveUp?: () => void } = {};
      let timer: number | undefined;
      const abort = (): void => {
        way.giveUp?.();
        end();
        reject(new CanceledError(undefined, config, request));
      };
      const end = (): void => {
        loop.clear(timer);
        signal?.removeEventListener?.('abort', abort);
      };
      if (signal?.aborted) {
        abort();
        return;
      }
      signal?.addEventListener?.('abort', abort);
      if (timeout > 0) {
        timer = loop.set(
          () => {
            way.giveUp?.();
            const code = config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED';
            fail(config.timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`, code);
          },
          timeout,
          owner,
        );
      }
      if (target.host !== host && !exchangeHosts.has(target.hostname)) {
        loop.set(() => fail(`getaddrinfo ENOTFOUND ${target.hostname}`, 'ENOTFOUND'), 1, owner);
        return;
      }
      const answered = ({ body, headers, status }: Arrived): void => {
        end();
        const response: AxiosResponse = {
          data: config.responseType === 'arraybuffer' ? Buffer.from(body) : body,
          status,
          statusText: '',
          headers: new AxiosHeaders(headers),
          config,
          request,
        };
        const { validateStatus } = config;
        if (!validateStatus || validateStatus(status)) {
          resolve(response);
          return;
        }
        const code = status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE';
        reject(new AxiosError(`Request failed with status code ${status}`, code, config, request, response));
      };
      const broke = (code: string): void =>
        fail(code === 'ECONNRESET' ? 'socket hang up' : `connect ${code} ${target.host}`, code);
      way.giveUp = network.send(outgoing, { answered, broke }, owner);
    });
}

function headersOf({ headers }: InternalAxiosRequestConfig): Record<string, string> {
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers.toJSON())) {
    if (value !== null && value !== undefined) lower[name.toLowerCase()] = String(value);
  }
  return lower;
}

function bodyOf(data: unknown): string {
  if (data === undefined || data === null) return '';
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString();
  return typeof data === 'object' && !ArrayBuffer.isView(data) ? JSON.stringify(data) : String(data);
}
