import {
  defaultCatalogue,
  explainCode,
  isWEEXError,
  v2Catalogue,
  type WEEXErrorKind,
} from '../errors/index.js';
import { isLegacyPath } from '../http/read-only-requests.js';

const byKind: Readonly<Record<WEEXErrorKind, string>> = {
  'rate-limit':
    'Too many requests: the library waits by itself. Send fewer, or lower the limit of the policy.',
  authentication:
    'Check key, secret, passphrase, permissions and the IP list of the key; a retry does not help.',
  system: 'The exchange is in trouble: reads are retried, and orders looked up. Watch its status page.',
  network: 'The connection failed: check network, proxy and DNS. Reads are retried, and orders looked up.',
  timeout:
    'No answer in time: the exchange or the network is slow. Orders are looked up before a second send.',
  'circuit-open':
    'Rejected locally because too many calls failed: look at the earlier failures. A trial follows by itself.',
  'bulkhead-full':
    'Rejected locally because too many calls are under way: call less often, or raise limit or queue.',
  request: 'The request itself is wrong: correct it; a retry does not help.',
  order: 'The exchange refused the order: read the message and correct the order; a retry does not help.',
  'outcome-unknown': 'Look it up at the exchange before you send it again.',
  'trading-strategy': 'Your trading strategy rejected it: look there.',
  'risk-management': 'Your risk management rejected it: look there.',
  portfolio: 'Your portfolio check rejected it: look there.',
  unknown: 'Its code is in no table: read the message.',
};

const notExecuted =
  'It was not executed: correct what the message names; if it names nothing, try again later.';

/** What to do about a failure: its own advice, otherwise that of the code tables, otherwise that of its kind. */
export function adviceOn(error: unknown): string {
  try {
    if (!isWEEXError(error)) return 'Not an error of the exchange: look at the code that threw it.';
    const { code, context, kind } = error;
    const { advice, path } = context;
    if (typeof advice === 'string') return advice;
    const catalogue = typeof path === 'string' && isLegacyPath(path) ? v2Catalogue : defaultCatalogue;
    const explained = code === undefined ? undefined : explainCode(code, catalogue);
    // The table cannot know what the answer made certain.
    const isCertain = error.executionStatus === 'not-executed' && explained?.executionStatus === 'unknown';
    if (isCertain) return notExecuted;
    return explained?.advice ?? byKind[kind] ?? byKind.unknown;
  } catch {
    return byKind.unknown;
  }
}
