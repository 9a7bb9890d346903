import type { IPolicy } from 'cockatiel';
import { checkOptions, optionFault, type OptionFault } from '../core/options/check-options.js';
import { anything, hasMethods, oneOf, option, optionTable } from '../core/options/option-table.js';
import type { Market } from './endpoint.js';
import type { WeexBaseUrls, WeexConfig } from './weex-config.js';

/** Options of `client.openOrderStream`. */
export interface OrderStreamOptions {
  /** Default `'contract'`. */
  readonly market?: Market | undefined;
  /**
   * The URL of the streams, to which `/private` is added. Default: the exchange's own, such as
   * `wss://ws-contract.weex.com/v3/ws`; required if `baseUrls` of the client names another host.
   */
  readonly url?: string | undefined;
  /**
   * The policy for connecting. Default: 10 s per attempt, 20 retries whose waits grow from 1 s to 30 s; when they are
   * used up, it starts over.
   */
  readonly policy?: IPolicy | undefined;
}

const defaultUrls: Readonly<Record<Market, string>> = {
  spot: 'wss://ws-spot.weex.com/v3/ws',
  contract: 'wss://ws-contract.weex.com/v3/ws',
};

const restHosts: Readonly<Record<Market, string>> = {
  spot: 'https://api-spot.weex.com',
  contract: 'https://api-contract.weex.com',
};

const table = optionTable<OrderStreamOptions>({
  market: oneOf('spot', 'contract'),
  url: anything,
  policy: option('a policy', hasMethods('execute')),
});

/** Checks the options and fills in the defaults; throws a TypeError that lists every fault. */
export function resolveStreamOptions(
  given: OrderStreamOptions,
  { baseUrls }: WeexConfig,
): { readonly market: Market; readonly url: string; readonly policy: IPolicy | undefined } {
  const { market = 'contract', ...options } = checkOptions(table, given, 'open an order stream', (read) =>
    urlFaults(read, baseUrls),
  );
  const url = options.url ?? defaultUrls[market];
  return { market, policy: options.policy, url: `${url.replace(/\/+$/, '')}/private` };
}

// Checked separately: the URL may contain a password, which no message shows.
function urlFaults({ market = 'contract', url }: OrderStreamOptions, baseUrls: WeexBaseUrls): OptionFault[] {
  if (url !== undefined && !isStreamUrl(url)) {
    return [optionFault('url', 'must be a ws or wss URL without credentials, query or fragment')];
  }
  // The key of a test must not be sent to the exchange.
  if (url !== undefined || baseUrls[market] === restHosts[market]) return [];
  return [optionFault('url', `is missing, and baseUrls.${market} is not the exchange's own host`)];
}

function isStreamUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { hash, password, protocol, search, username } = new URL(text);
  return /^wss?:$/.test(protocol) && [hash, password, search, username].every((part) => part === '');
}
