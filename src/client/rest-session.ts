import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setImmediate, setTimeout } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { currentCallContext } from '../core/context/call-context.js';
import { WEEXAuthenticationError, WEEXRateLimitError } from '../errors/index.js';
import { attachWeexErrors } from '../http/index.js';
import { isProbing } from '../policies/admission/surrounding-permits.js';
import { checkAnswer, checkSubject } from './answer-shapes.js';
import { TimeRefusedError } from './ask-time.js';
import type { Endpoint } from './endpoint.js';
import { closed } from './open-calls.js';
import type { MarketLimits } from './market-limits.js';
import { type RequestParams, toWire } from './request-params.js';
import { ServerClock } from './server-clock.js';
import { withStringIds } from './answers.js';
import { type SignableRequest, signRequest } from './sign-request.js';
import type { ExchangeRateLimit, ServerTime } from './types.js';
import type { WeexConfig } from './weex-config.js';

/** The parts of a session. */
export interface RestSessionOptions {
  readonly config: WeexConfig;
  readonly market: 'spot' | 'contract';
  /** The endpoint that returns the market's time. */
  readonly time: Endpoint;
  /** Returns milliseconds since 1970 on the local clock. */
  readonly now: () => number;
  /** Requests the time of the exchange within the limits. */
  readonly askTime: (ask: () => Promise<number>) => Promise<number>;
  /** Receives the limits that the exchange publishes and shows. */
  readonly limits: MarketLimits;
}

const clockTimeoutMs = 5_000;
/** The longest time for which the first write waits for the time of the exchange. */
const longestTimeWaitMs = 1_000;

/**
 * One host of the exchange: serialises requests, signs them at the moment of sending, and owns the connections and
 * the clock offset. Every `send` is one request; policies decide whether to repeat it.
 */
export class RestSession {
  readonly clock: ServerClock;
  readonly #config: WeexConfig;
  readonly #baseUrl: string;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #axios: AxiosInstance;
  readonly #end: AbortController = new AbortController();
  readonly #now: () => number;
  readonly #limits: MarketLimits;

  constructor({ askTime, config, market, time, now, limits }: RestSessionOptions) {
    this.#config = config;
    this.#now = now;
    this.#limits = limits;
    this.#baseUrl = config.baseUrls[market];
    const secure = this.#baseUrl.startsWith('https:');
    this.#agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    this.#axios = axios.create({
      ...(secure ? { httpsAgent: this.#agent } : { httpAgent: this.#agent }),
      headers: { 'User-Agent': 'weex-resilience', Accept: 'application/json' },
      // What is sent must match what was signed, character by character.
      transformRequest: [(body: unknown) => body],
      // A redirect would carry the key to another host.
      maxRedirects: 0,
    });
    attachWeexErrors(this.#axios, { losslessIds: true, onUsage: (usage) => this.#limits.observe(usage) });
    const ask = async (): Promise<number> => {
      // Many calls may wait for this answer: it must not end with the first of them.
      const { signal } = this.#end;
      const answer = await this.#axios.get<ServerTime>(this.#baseUrl + time.path, {
        timeout: clockTimeoutMs,
        signal,
      });
      checkAnswer(`${market}.getServerTime`, time, answer);
      return answer.data.serverTime;
    };
    this.clock = new ServerClock(now, () => askTime(ask));
  }

  /**
   * Sends one request and returns the body of the answer. If the exchange refuses the timestamp, the clock is set
   * to the exchange's time before the error is thrown, so that the next attempt is signed correctly.
   *
   * @throws WEEXRequestError if the session is closed or a parameter would do harm; otherwise the error for the
   * exchange's answer.
   */
  async send<Answer>(operation: string, endpoint: Endpoint, params: RequestParams = {}): Promise<Answer> {
    if (this.#end.signal.aborted) throw closed(operation);
    const wire = toWire(operation, params);
    if (endpoint.effect === 'write' && this.clock.isUnknown && !isProbing(currentCallContext()))
      await this.#learnTime();
    // Orders are counted, not weighed.
    if (endpoint.orders === 0) currentCallContext()?.observeCost?.(endpoint.weight);
    const { settings } = this.clock;
    const sentAt = this.#now();
    const request = this.#buildRequest(endpoint, wire);
    try {
      const response = await this.#axios.request<Answer>(request);
      checkAnswer(operation, endpoint, response);
      checkSubject(operation, endpoint, wire, response);
      this.clock.observeDate(sentAt, response.headers['date']);
      return withStringIds(response.data);
    } catch (error) {
      // A request that a limit refuses does not count; if it does after all, the next headers say so.
      if (error instanceof WEEXRateLimitError && endpoint.orders === 0)
        currentCallContext()?.observeCost?.(-endpoint.weight);
      // If another call has set the clock in the meantime, the next attempt already has the right time.
      const refused = error instanceof WEEXAuthenticationError && error.reason === 'clock';
      // If the clock cannot be set, the refusal itself says more than the failure to read the time.
      if (refused && this.clock.settings === settings) await this.#setClock();
      throw error;
    }
  }

  /** Returns the answer with the time of the exchange, and sets the clock by it. */
  async readServerTime(fetch: () => Promise<ServerTime>): Promise<ServerTime> {
    const sentAt = this.#now();
    const answer = await fetch();
    this.clock.set(sentAt, answer.serverTime);
    return answer;
  }

  /** Passes on the limits that the exchange publishes, if any. */
  takeLimits(limits: readonly ExchangeRateLimit[] | undefined): void {
    if (Array.isArray(limits)) this.#limits.publish(limits);
  }

  /** Returns the headers that open a private stream, signed with the time of the exchange. */
  async signHandshake(isClockDoubted: boolean): Promise<Record<string, string>> {
    if (isClockDoubted || this.clock.isUnknown) await this.#learnTime().catch(() => undefined);
    const timestamp = this.clock.now();
    return this.#authHeaders(timestamp, { timestamp, method: '', path: '/v3/ws/private' });
  }

  /** Refuses further requests and ends the connections. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#agent.destroy();
    // Node releases the handles two turns later.
    await setImmediate();
    await setImmediate();
  }

  #buildRequest(endpoint: Endpoint, params: Record<string, unknown>): AxiosRequestConfig {
    const { verb: method, path } = endpoint;
    const inBody = endpoint.parameters === 'body';
    const query = inBody ? '' : new URLSearchParams(params as Record<string, string>).toString();
    const body = inBody ? JSON.stringify(params) : undefined;
    const url = `${this.#baseUrl}${path}${query === '' ? '' : `?${query}`}`;
    const headers = { 'Content-Type': 'application/json' };
    if (!endpoint.signed) return { method, url, data: body, headers };
    const timestamp = this.clock.now();
    const signed = this.#authHeaders(timestamp, { timestamp, method, path, query, body });
    return { method, url, data: body, headers: { ...headers, ...signed } };
  }

  #authHeaders(timestamp: number, request: SignableRequest): Record<string, string> {
    const { apiKey, secretKey, passphrase } = this.#config;
    return {
      'ACCESS-KEY': apiKey,
      'ACCESS-PASSPHRASE': passphrase,
      'ACCESS-TIMESTAMP': String(timestamp),
      'ACCESS-SIGN': signRequest(secretKey, request),
    };
  }

  /**
   * Reads the time before the first write: how long a request stays valid depends on how far the clock is off.
   *
   * @throws TimeRefusedError if a limit refuses the request, as it would refuse the write.
   */
  async #learnTime(): Promise<void> {
    const end = new AbortController();
    const patience = setTimeout(longestTimeWaitMs, undefined, { signal: end.signal }).catch(() => undefined);
    const failure = await Promise.race([this.#setClock(), patience]);
    end.abort();
    if (failure instanceof TimeRefusedError) throw failure;
  }

  /** Sets the clock to the exchange's time; returns the error if that fails. */
  #setClock(): Promise<unknown> {
    return this.clock.synchronize().catch((error: unknown) => error);
  }
}
