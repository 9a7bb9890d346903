import axios, { type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import {
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { attemptTimeoutMs } from './ambiguous-faults.js';
import type { ExchangeAccess, Market, MakePlacer, OrderPlacer, Report, WantedOrder } from './order-run.js';
import { Session } from './session.js';

const maxRetries = 3;

/** The peers, with the settings that their users choose for orders: the same id on every attempt. */
export const peerPlacers: Readonly<Record<'axios' | 'axios-retry' | 'cockatiel', MakePlacer>> = {
  axios: (exchange, market) => placerOf(exchange, market, (_http, send) => send()),

  // Its default settings would not repeat a POST at all.
  'axios-retry': (exchange, market) => {
    const { http, session } = client(exchange, market);
    axiosRetry(http, {
      retries: maxRetries,
      shouldResetTimeout: true,
      retryCondition: (error) => isTransient(error),
      retryDelay: (count) => 50 * 2 ** count,
    });
    return { place: (order) => settle(async () => place(http, session, order)) };
  },

  // Retry and timeout; every attempt freshly signed, refusals not repeated. A circuit breaker would only leave more
  // orders unplaced.
  cockatiel: (exchange, market) => {
    const policy: IPolicy = wrap(
      retry(handleWhen(isTransient), {
        maxAttempts: maxRetries,
        backoff: new ExponentialBackoff({ initialDelay: 50 }),
      }),
      timeout(attemptTimeoutMs, TimeoutStrategy.Aggressive),
    );
    return placerOf(exchange, market, (_http, send) => policy.execute(send));
  },
};

function client(exchange: ExchangeAccess, market: Market): { http: AxiosInstance; session: Session } {
  const session = new Session(exchange, market);
  return { session, http: axios.create({ baseURL: session.baseURL, timeout: attemptTimeoutMs }) };
}

function placerOf(
  exchange: ExchangeAccess,
  market: Market,
  around: (http: AxiosInstance, send: () => Promise<unknown>) => Promise<unknown>,
): OrderPlacer {
  const { http, session } = client(exchange, market);
  return { place: (order) => settle(() => around(http, () => place(http, session, order))) };
}

async function place(http: AxiosInstance, session: Session, order: WantedOrder): Promise<unknown> {
  const { data } = await http.request<unknown>(session.place(order));
  // axios returns truncated JSON as text, without an error.
  if (typeof data !== 'object') throw new Error('The answer is not an order');
  return data;
}

async function settle(call: () => Promise<unknown>): Promise<Report> {
  try {
    await call();
    return 'placed';
  } catch (error) {
    return refusalOf(error) ? 'not-placed' : 'unknown';
  }
}

/** How a careful user detects that the exchange refused the order. */
function refusalOf(error: unknown): boolean {
  if (!axios.isAxiosError(error) || !error.response) return false;
  const { data, status } = error.response as { data: unknown; status: number };
  const message = (data as { msg?: unknown } | undefined)?.msg;
  return (
    status === 429 ||
    (typeof message === 'string' && /^(?:FAILED_PRECONDITION|INVALID_ARGUMENT)/.test(message))
  );
}

function isTransient(error: unknown): boolean {
  if (axios.isAxiosError(error) && error.response?.status === 429) return true;
  return !refusalOf(error);
}
