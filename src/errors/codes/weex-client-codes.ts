import type { CodeTable } from './code-table.js';

const source = 'weex-client documentation, Exception Handling API';

/** The thirteen codes that weex-client documents. V2 of the exchange gives some of these numbers other meanings. */
export const weexClientCodes: CodeTable = [
  {
    category: 'credentials',
    source,
    rows: [
      [40001, 'Invalid API key', 'Check WEEX_API_KEY, and that the key is enabled.'],
      [40002, 'Invalid signature', 'Check WEEX_SECRET_KEY and the text that is signed.'],
      [40003, 'Invalid passphrase', 'Check WEEX_PASSPHRASE.'],
      [40004, 'API key expired', 'Create a new API key.'],
    ],
  },
  {
    category: 'permission',
    source,
    rows: [[40005, 'Insufficient permissions', 'Give the API key the permission that this operation needs.']],
  },
  {
    category: 'rate-limit',
    source,
    limitType: 'requests',
    rows: [[40029, 'Too many requests', 'Wait as long as retryAfter says, then send fewer requests.']],
  },
  {
    category: 'rate-limit',
    source,
    limitType: 'orders',
    rows: [[40030, 'Order rate limit exceeded', 'Wait as long as retryAfter says, then order less often.']],
  },
  {
    category: 'rate-limit',
    source,
    limitType: 'connections',
    rows: [[40031, 'Connection rate limit exceeded', 'Share connections instead of opening new ones.']],
  },
  {
    category: 'rate-limit',
    source,
    limitType: 'websocket-connections',
    rows: [[40032, 'WebSocket connection limit reached', 'Put more subscriptions on fewer connections.']],
  },
  {
    category: 'system',
    source,
    rows: [[50001, 'Internal server error', 'Temporary: try again after a delay.']],
  },
  {
    category: 'system',
    source,
    service: 'database',
    rows: [[50002, 'Database connection error', 'Temporary, often maintenance: try again later.']],
  },
  {
    category: 'system',
    source,
    service: 'matching',
    rows: [
      [50003, 'Matching engine error', 'Orders may be affected: look them up before sending them again.'],
    ],
  },
  {
    category: 'system',
    source,
    service: 'market',
    rows: [
      [50004, 'Market data service error', 'Live data is unavailable: use cached data or try again later.'],
    ],
  },
];
