import { contractEndpoints } from './contract-endpoints.js';
import type { Endpoint } from './endpoint.js';
import { spotEndpoints } from './spot-endpoints.js';

/** Every endpoint of the simulated exchange. */
export const endpoints: readonly Endpoint[] = [...spotEndpoints, ...contractEndpoints];

const groups = ['reads', 'writes', 'spot', 'contract', 'public', 'private'];
const operations = [...new Set(endpoints.map(({ operation }) => operation))];
const names: ReadonlySet<string> = new Set([
  ...groups,
  ...operations,
  ...endpoints.map(({ market, operation }) => `${market}.${operation}`),
]);

/** Whether a fault can be restricted to this: a group, an operation, or any method and path. */
export function isEndpointName(name: string): boolean {
  return names.has(name) || /^(GET|POST|PUT|DELETE|PATCH) \/\S*$/.test(name);
}

/** What a fault can be restricted to, as text. */
export const endpointNamesText: string = `an operation (${operations.join(', ')}), one of a market ('spot.placeOrder'), a request ('POST /capi/v3/order'), or a group (${groups.join(', ')})`;
