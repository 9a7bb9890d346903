import { attemptTimeoutMs } from './ambiguous-faults.js';
import type { MakePlacer, Report } from './order-run.js';

/** The part of ccxt's exchange class that is used here. */
interface CcxtExchange {
  urls: { api: unknown };
  loadMarkets(): Promise<unknown>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price: number | undefined,
    params: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
}

interface Ccxt {
  readonly version: string;
  readonly weex: new (options: Readonly<Record<string, unknown>>) => CcxtExchange;
  readonly NetworkError: abstract new () => Error;
}

/**
 * Places orders through ccxt with its own retry. It is 58 MB and not a dependency of this project; without it the
 * comparison is left out.
 */
export async function ccxtPlacer(): Promise<{ version: string; make: MakePlacer } | undefined> {
  const ccxt = await loadCcxt();
  if (!ccxt) return undefined;
  const make: MakePlacer = ({ credentials, url }, market) => {
    const exchange = new ccxt.weex({
      apiKey: credentials.apiKey,
      secret: credentials.secretKey,
      password: credentials.passphrase,
      timeout: attemptTimeoutMs,
      enableRateLimit: false,
      options: {
        maxRetriesOnFailure: 3,
        maxRetriesOnFailureDelay: 50,
        defaultType: market === 'spot' ? 'spot' : 'swap',
      },
    });
    exchange.urls.api = redirect(exchange.urls.api, url);
    let markets: Promise<void> | undefined;
    const symbol = market === 'spot' ? 'DOGE/USDT' : 'DOGE/USDT:USDT';
    return {
      async place({ newClientOrderId, price, quantity, type }): Promise<Report> {
        await (markets ??= untilLoaded(exchange));
        const amount = Number(quantity);
        const limit = price === undefined ? undefined : Number(price);
        const params = { clientOrderId: newClientOrderId, positionSide: 'LONG' };
        try {
          await exchange.createOrder(symbol, type.toLowerCase(), 'buy', amount, limit, params);
          return 'placed';
        } catch (error) {
          // ccxt reports every refusal as an error other than NetworkError.
          return error instanceof ccxt.NetworkError ? 'unknown' : 'not-placed';
        }
      },
    };
  };
  return { version: ccxt.version, make };
}

async function untilLoaded(exchange: CcxtExchange): Promise<void> {
  for (;;) {
    try {
      await exchange.loadMarkets();
      return;
    } catch {
      // A fault hit it; without its markets ccxt cannot place orders.
    }
  }
}

/** Replaces every address of the exchange. */
function redirect(api: unknown, url: string): unknown {
  if (typeof api === 'string') return url;
  if (typeof api !== 'object' || api === null) return api;
  return Object.fromEntries(Object.entries(api).map(([name, value]) => [name, redirect(value, url)]));
}

async function loadCcxt(): Promise<Ccxt | undefined> {
  const name = 'ccxt';
  try {
    const { default: ccxt } = (await import(name)) as { default: Ccxt };
    return ccxt;
  } catch {
    return undefined;
  }
}
