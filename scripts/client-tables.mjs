// The tables of the client's documentation, generated from the tables that the client uses.

/** @typedef {import('../src/client/endpoint.js').Endpoint} Endpoint */
/** @typedef {import('../src/policies/options/policy-options.js').PolicyOptions} PolicyOptions */
/** @typedef {Readonly<Record<string, Endpoint>>} Endpoints */

/** The parameters of each method, other than its options. */
const parameters = /** @type {Readonly<Record<string, string>>} */ ({
  getServerTime: '',
  getExchangeInfo: '',
  getTicker: 'symbol',
  getDepth: 'symbol',
  getAccountBalance: '',
  getPositions: '',
  placeOrder: 'order',
  placeOrders: 'orders',
  cancelOrder: '{ symbol, orderId \\| clientOrderId }',
  cancelAllOrders: 'symbol?',
  closePositions: 'symbol?',
  getOrder: '{ symbol, orderId \\| clientOrderId }',
  findOrder: 'clientOrderId, symbol',
  getOpenOrders: 'symbol?',
  getOrderHistory: '{ symbol, … }',
  placeAlgoOrder: 'order',
  placeTpSlOrder: 'order',
  modifyTpSlOrder: '{ orderId, triggerPrice, … }',
  cancelAlgoOrder: '{ symbol, orderId }',
  cancelAllAlgoOrders: 'symbol?',
  findAlgoOrder: 'clientAlgoId, symbol',
  getOpenAlgoOrders: 'symbol?',
  getAlgoOrderHistory: '{ symbol, … }',
  setLeverage: '{ symbol, marginType, … }',
  setMarginType: '{ symbol, marginType }',
  movePositionMargin: '{ isolatedPositionId, amount, type }',
  setAutoAppendMargin: '{ positionId, autoAppendMargin }',
  getSymbolConfig: 'symbol?',
  getCommissionRate: 'symbol',
  getTrades: '{ … }?',
  getIncome: '{ … }?',
  getApiTradingSymbols: '',
  getPremiumIndex: 'symbol?',
  getFundingRates: '{ symbol, … }',
  getOpenInterest: 'symbol',
  getKlines: '{ symbol, interval, … }',
  getHistoryKlines: '{ symbol, interval, startTime, endTime, … }',
});

/**
 * Every method with its policy, priority, weight, and what happens when an answer is lost.
 * @param {Endpoints} spot
 * @param {Endpoints} contract
 */
export function methodsTable(spot, contract) {
  return table(
    ['method', 'policy', 'priority', 'weight, spot / contract', 'when an answer is lost'],
    Object.keys(parameters).map((name) => {
      const both = [spot[name], contract[name]];
      const endpoint = /** @type {Endpoint} */ (both[1]);
      return [
        `\`${name}(${parameters[name]})\``,
        `\`${endpoint.policy.replace('contract.', '')}\``,
        endpoint.priority,
        both.map((one) => (one ? costOf(one) : '–')).join(' / '),
        whenLost(endpoint),
      ];
    }),
  );
}

/**
 * What each policy of a market does; it is the same in both markets.
 * @param {(name: string) => PolicyOptions} optionsOf
 */
export function policiesTable(optionsOf) {
  return table(
    [
      'policy',
      'whole call',
      'one attempt',
      'retries',
      'concurrent calls',
      'kept for critical calls',
      'initial limit',
    ],
    ['market', 'account', 'orders', 'cancels'].map((kind) => {
      const {
        attemptTimeoutMs = 0,
        bulkhead,
        deadlineMs = 0,
        rateLimit,
        retry,
      } = optionsOf(`contract.${kind}`);
      if (!bulkhead || !rateLimit || !retry) throw new Error(`The policy of ${kind} lacks a part`);
      const unit = rateLimit.type === 'orders' ? 'orders' : 'weight';
      return [
        `\`${kind}\``,
        `${deadlineMs / 1_000} s`,
        `${attemptTimeoutMs / 1_000} s`,
        String(retry.maxRetries),
        `${bulkhead.limit}, ${bulkhead.queue} queued`,
        String(bulkhead.reserved?.critical ?? '–'),
        `${rateLimit.limit} ${unit} in ${rateLimit.windowMs / 1_000} s`,
      ];
    }),
  );
}

/**
 * Puts a table between its marks in a page.
 * @param {string} page
 * @param {string} name
 * @param {string} text
 */
export function insertTable(page, name, text) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = [page.indexOf(start) + start.length, page.indexOf(end)];
  if (before < start.length || rest < before) throw new Error(`The page has no place for ${name}`);
  return `${page.slice(0, before)}\n${text}\n${page.slice(rest)}`;
}

/** @param {Endpoint} endpoint */
function costOf({ orders, weight }) {
  if (orders === 0) return String(weight);
  return orders === 1 ? '1 order' : `${orders} orders`;
}

/** @param {Endpoint} endpoint */
function whenLost({ effect, orders, whenUnknown }) {
  if (effect === 'read') return 'sent again';
  if (whenUnknown === 'send again') return 'sent again: repeating it changes nothing';
  if (whenUnknown === 'see what is left') return 'orders still open from before are cancelled one by one';
  if (whenUnknown === 'stop') return "never sent again: `executionStatus: 'unknown'`";
  if (orders === 0) return 'sent again; an order that is gone by then is looked up: cancelled or filled';
  return orders === 1
    ? 'looked up by its id; sent again only when proven absent'
    : 'each order looked up by its id; only the absent ones sent again';
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
