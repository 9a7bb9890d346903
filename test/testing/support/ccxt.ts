import type { SimulatedExchange } from '../../../src/testing/index.js';

/** What a client of ccxt is made with. */
export interface CcxtOptions {
  readonly options?: object;
  readonly enableRateLimit?: boolean;
}

/** What every client of ccxt has, whatever its methods are. */
export interface CcxtClient {
  urls: { api: unknown; test?: unknown };
  close(): Promise<void>;
}

type Constructor = new (options: object) => CcxtClient;

/** The two clients of ccxt for WEEX: of the REST API, and of the streams too. */
export interface Ccxt {
  readonly weex: Constructor;
  readonly pro: { readonly weex: Constructor };
}

// It is 58 MB and no dependency of this project: where it is not installed there is nothing to try.
const name = 'ccxt';

/** ccxt, where it is installed. */
export async function loadCcxt(): Promise<Ccxt | undefined> {
  try {
    return ((await import(name)) as { default: Ccxt }).default;
  } catch {
    return undefined;
  }
}

/** A client of ccxt that talks to a simulated exchange; nothing of it is changed but its addresses and its key. */
export function ccxtClient(
  Weex: Constructor,
  { credentials, streamUrls, url }: SimulatedExchange,
  options: CcxtOptions = {},
): CcxtClient {
  const { apiKey, secretKey: secret, passphrase: password } = credentials;
  const client = new Weex({ apiKey, secret, password, ...options });
  const { ws, ...rest } = client.urls.api as Record<string, unknown>;
  client.urls.api = { ...(redirect(rest, url) as object), ...(ws !== undefined && { ws: streamUrls }) };
  client.urls.test = redirect(client.urls.test, url);
  return client;
}

function redirect(api: unknown, url: string): unknown {
  if (typeof api === 'string') return url;
  if (typeof api !== 'object' || api === null) return api;
  return Object.fromEntries(Object.entries(api).map(([key, value]) => [key, redirect(value, url)]));
}
