import { inspect } from 'node:util';
import type { IPolicy } from 'cockatiel';
import { readOptions } from '../context/read-options.js';
import type { Market } from './endpoint.js';
import type { WeexConfig } from './weex-config.js';

/** What `client.openOrderStream` may be told. */
export interface OrderStreamOptions {
  /** Default `'contract'`. */
  readonly market?: Market | undefined;
  /**
   * The address of the streams, to which `/private` is added. Default: the exchange's own, such as
   * `wss://ws-contract.weex.com/v3/ws`; required where `baseUrls` of the client names another host.
   */
  readonly url?: string | undefined;
  /** What connecting runs under. Default: 10 s an attempt, 20 retries that begin at 1 s and grow to 30 s; when they are used up it begins anew. */
  readonly policy?: IPolicy | undefined;
}

const names: readonly (keyof OrderStreamOptions)[] = ['market', 'url', 'policy'];

const defaultUrls: Readonly<Record<Market, string>> = {
  spot: 'wss://ws-spot.weex.com/v3/ws',
  contract: 'wss://ws-contract.weex.com/v3/ws',
};

const restHosts: Readonly<Record<Market, string>> = {
  spot: 'https://api-spot.weex.com',
  contract: 'https://api-contract.weex.com',
};

/** Checks the options and fills in what is left out; throws a TypeError that names every fault. */
export function resolveStreamOptions(
  given: OrderStreamOptions,
  { baseUrls }: WeexConfig,
): { readonly market: Market; readonly url: string; readonly policy: IPolicy | undefined } {
  const options: OrderStreamOptions = readOptions(given, names);
  const faults = Object.keys(options)
    .filter((name) => !(names as readonly string[]).includes(name))
    .map((name) => `unknown option ${name}; expected one of ${names.join(', ')}`);
  const { market = 'contract', policy, url } = options;
  const isMarket = Object.hasOwn(defaultUrls, market);
  if (!isMarket) faults.push(`market must be 'spot' or 'contract', received ${inspect(market)}`);
  if (policy !== undefined && typeof (policy as Partial<IPolicy>)?.execute !== 'function') {
    faults.push(`policy must be a policy, received ${inspect(policy, { depth: 0 })}`);
  }
  if (url !== undefined && !isStreamUrl(url)) {
    faults.push('url must be a ws or wss URL without credentials, query or fragment');
  }
  // The key of a test must not go to the exchange.
  if (url === undefined && isMarket && baseUrls[market] !== restHosts[market]) {
    faults.push(`url is missing, and baseUrls.${market} is not the exchange's own host`);
  }
  if (faults.length > 0) throw new TypeError(`Cannot open an order stream: ${faults.join('; ')}`);
  return { market, policy, url: `${(url ?? defaultUrls[market]).replace(/\/+$/, '')}/private` };
}

function isStreamUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { hash, password, protocol, search, username } = new URL(text);
  return /^wss?:$/.test(protocol) && [hash, password, search, username].every((part) => part === '');
}
