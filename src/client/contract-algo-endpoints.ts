import type { Endpoint } from './endpoint.js';

type AlgoOperation =
  | 'placeAlgoOrder'
  | 'cancelAlgoOrder'
  | 'cancelAllAlgoOrders'
  | 'findAlgoOrder'
  | 'getOpenAlgoOrders'
  | 'getAlgoOrderHistory'
  | 'placeTpSlOrder'
  | 'modifyTpSlOrder';

// A stop limits a loss: it goes before other waiting orders.
const placed = {
  verb: 'POST',
  effect: 'write',
  parameters: 'body',
  signed: true,
  policy: 'contract.orders',
  priority: 'critical',
  weight: 0,
  orders: 1,
} as const;

const canceled = {
  verb: 'DELETE',
  effect: 'write',
  parameters: 'query',
  signed: true,
  policy: 'contract.cancels',
  priority: 'critical',
  orders: 0,
} as const;

const read = {
  verb: 'GET',
  effect: 'read',
  parameters: 'query',
  signed: true,
  policy: 'contract.account',
  orders: 0,
  whenUnknown: 'send again',
} as const;

/** Stops and take-profits. Source: weex.com API documentation, V3 contract, July 2026, and a maintained client. */
export const contractAlgoEndpoints: Readonly<Record<AlgoOperation, Endpoint>> = {
  placeAlgoOrder: { ...placed, path: '/capi/v3/algoOrder', answer: 'done', whenUnknown: 'look up' },
  placeTpSlOrder: { ...placed, path: '/capi/v3/placeTpSlOrder', answer: 'oneDone', whenUnknown: 'look up' },
  modifyTpSlOrder: { ...placed, path: '/capi/v3/modifyTpSlOrder', answer: 'done', whenUnknown: 'send again' },
  cancelAlgoOrder: {
    ...canceled,
    path: '/capi/v3/algoOrder',
    answer: 'done',
    weight: 3,
    whenUnknown: 'look up',
  },
  cancelAllAlgoOrders: {
    ...canceled,
    path: '/capi/v3/algoOpenOrders',
    answer: 'allDone',
    weight: 5,
    whenUnknown: 'stop',
  },
  findAlgoOrder: {
    ...read,
    path: '/capi/v3/openAlgoOrders',
    answer: 'list',
    priority: 'critical',
    weight: 13,
  },
  getOpenAlgoOrders: {
    ...read,
    path: '/capi/v3/openAlgoOrders',
    answer: 'list',
    priority: 'normal',
    weight: 3,
  },
  getAlgoOrderHistory: {
    ...read,
    path: '/capi/v3/allAlgoOrders',
    answer: 'orders',
    priority: 'background',
    weight: 10,
  },
};
