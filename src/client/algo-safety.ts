import { inspect } from 'node:util';
import type { AlgoOrder, PlacedAlgoOrder, RecoveredAlgoOrder } from './algo-types.js';
import { type ArgumentCheck, orderFirst, symbolFirst } from './argument-checks.js';
import { isAmount, isClientOrderId } from './request-params.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The first argument is a conditional order. Without a quantity it would be refused, and with `"0"` it would be
 * accepted but close nothing when triggered; so neither is sent.
 */
const algoOrderFirst: ArgumentCheck = (args) => {
  const faults = orderFirst(args);
  const [order] = args;
  if (typeof order !== 'object' || order === null) return faults;
  const { quantity, clientAlgoId, triggerPrice } = order as Fields;
  if (!isAmount(quantity)) {
    faults.push(
      `order.quantity must be more than 0, received ${inspect(quantity)}: the exchange accepts a stop with quantity 0, ` +
        'but it closes nothing when triggered; send the actual quantity, even to close the whole position',
    );
  }
  if (!isAmount(triggerPrice)) {
    faults.push(`order.triggerPrice must be more than 0, received ${inspect(triggerPrice)}`);
  }
  if (clientAlgoId !== undefined && !isClientOrderId(clientAlgoId)) {
    faults.push(
      `order.clientAlgoId must be 1 to 36 letters, digits or . : / _ -, received ${inspect(clientAlgoId)}`,
    );
  }
  if ('newClientOrderId' in order) {
    faults.push('order.newClientOrderId is not a field of a conditional order; use clientAlgoId');
  }
  return faults;
};

type Kinds = Readonly<Record<string, readonly string[]>>;

const algoKinds: Kinds = {
  side: ['BUY', 'SELL'],
  positionSide: ['LONG', 'SHORT'],
  type: ['STOP', 'TAKE_PROFIT', 'STOP_MARKET', 'TAKE_PROFIT_MARKET'],
};
const tpSlKinds: Kinds = {
  planType: ['TAKE_PROFIT', 'STOP_LOSS'],
  positionSide: ['LONG', 'SHORT'],
};

/** The first argument is a conditional order of `placeAlgoOrder`. */
export const algoFirst: ArgumentCheck = (args) => {
  const [order] = args;
  const { price, type } = (order ?? {}) as Fields;
  const needsPrice = (type === 'STOP' || type === 'TAKE_PROFIT') && !isAmount(price);
  return [
    ...algoOrderFirst(args),
    ...kindFaults(order, algoKinds),
    ...(needsPrice ? [`order.price must be more than 0 for type ${type}, received ${inspect(price)}`] : []),
  ];
};

/** The first argument is a take-profit or stop-loss. */
export const tpSlFirst: ArgumentCheck = (args) => [
  ...algoOrderFirst(args),
  ...kindFaults(args[0], tpSlKinds),
];

function kindFaults(order: unknown, kinds: Kinds): string[] {
  if (typeof order !== 'object' || order === null) return [];
  return Object.entries(kinds)
    .map(([name, values]) => ({ name, values, value: (order as Fields)[name] }))
    .filter(({ value, values }) => !values.includes(value as string))
    .map(({ name, value, values }) => {
      const allowed = values.map((one) => inspect(one)).join(', ');
      return `order.${name} must be one of ${allowed}, received ${inspect(value)}`;
    });
}

/** The first argument identifies a conditional order. */
export const algoReferenceFirst: ArgumentCheck = ([reference]) => {
  if (typeof reference !== 'object' || reference === null) {
    return [`the order must be { symbol, orderId }, received ${inspect(reference)}`];
  }
  const { orderId, symbol } = reference as Fields;
  const faults = symbolFirst([symbol]);
  if (orderId === undefined || orderId === '') {
    faults.push('orderId is missing: the exchange cancels conditional orders only by orderId');
  }
  return faults;
};

/** The first argument is a change to a conditional order. */
export const tpSlChangeFirst: ArgumentCheck = ([change]) => {
  if (typeof change !== 'object' || change === null) {
    return [`the change must be { orderId, triggerPrice, … }, received ${inspect(change)}`];
  }
  const { orderId, triggerPrice } = change as Fields;
  return [
    ...(orderId === undefined || orderId === '' ? ['orderId is missing'] : []),
    ...(isAmount(triggerPrice)
      ? []
      : [`triggerPrice must be more than 0, received ${inspect(triggerPrice)}`]),
  ];
};

/** The acknowledgement of a conditional order whose own acknowledgement was lost. */
export function asPlacedAlgo(order: AlgoOrder | undefined): PlacedAlgoOrder | undefined {
  return order && { ...order, orderId: order.algoId, clientOrderId: order.clientAlgoId, success: true };
}

/** A conditional order that was found after a crash. */
export function asRecovered(order: AlgoOrder | undefined): RecoveredAlgoOrder | undefined {
  return (
    order && {
      ...order,
      orderId: order.algoId,
      clientOrderId: order.clientAlgoId,
      status: order.algoStatus,
    }
  );
}

/** A conditional order with the fields by which other orders are looked up after a cancel. */
export function asSeenOrder(order: AlgoOrder): {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly status: string;
  readonly executedQty: string;
} {
  const { algoId: orderId, clientAlgoId: clientOrderId, algoStatus: status, quantity } = order;
  return { orderId, clientOrderId, status, executedQty: status === 'FILLED' ? quantity : '0' };
}
