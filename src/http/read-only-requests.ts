import type { AxiosRequestConfig } from 'axios';

const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** POSTs that only read. Sources: WEEX V3 spot and contract endpoints; V2 spot order endpoints. */
const readOnlyPosts: ReadonlySet<string> = new Set([
  '/api/v3/account/bills',
  '/api/v3/account/fundingBills',
  '/capi/v3/account/income',
  '/api/v3/tax/income',
  '/api/v2/trade/orderInfo',
  '/api/v2/trade/open-orders',
]);

/** Cancels of one order: on these, a system error without an explanation means that the order does not exist. */
const cancels: ReadonlySet<string> = new Set([
  'DELETE /api/v3/order',
  'DELETE /capi/v3/order',
  'POST /api/v2/trade/cancel-order',
  'POST /capi/v2/order/cancel_order',
]);

/** Whether a request can change nothing, by its verb and, for a few POSTs, by its path. */
export function isReadRequest(config: AxiosRequestConfig): boolean {
  // The form in which axios writes it for nearly every read.
  if (config.method === 'get') return true;
  const method = methodOf(config);
  return readMethods.has(method) || (method === 'POST' && readOnlyPosts.has(trim(pathOf(config))));
}

/** Whether a request cancels one order. */
export function isCancelRequest(method: string | undefined, path: string | undefined): boolean {
  return path !== undefined && cancels.has(`${method} ${trim(path)}`);
}

/** The verb of a request, in upper case. */
export function methodOf(config: AxiosRequestConfig): string {
  return (config.method ?? 'GET').toUpperCase();
}

/** The path of a request, with neither host nor query; the base URL counts only if it contains a path. */
export function pathOf({ url = '', baseURL = '' }: AxiosRequestConfig): string {
  const path = pathPart(url);
  if (baseURL === '' || /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(url)) return path;
  const base = pathPart(baseURL).replace(/\/+$/, '');
  return base === '' ? path : `${base}/${path.replace(/^\/+/, '')}`;
}

/** The path in a URL or a path with a query. */
export function pathPart(url: string): string {
  const end = url.search(/[?#]/);
  const whole = end === -1 ? url : url.slice(0, end);
  const host = /^(?:[a-z][a-z\d+.-]*:)?\/\/[^/]*/i.exec(whole);
  const path = host ? whole.slice(host[0].length) : whole;
  return path.startsWith('/') ? path : `/${path}`;
}

/** `/v1/` and `/v2/` of the spot and contract API have their own table of codes. */
export function isLegacyPath(path: string): boolean {
  return /^\/(?:api(?:\/spot)?|capi)\/v[12](?:\/|$)/.test(path);
}

function trim(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
