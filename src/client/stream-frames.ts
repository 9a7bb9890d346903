import type { AlgoOrder } from './algo-types.js';
import type { ContractOrder } from './contract-types.js';
import type { SpotOrder } from './spot-types.js';
import type { OrderStreamEvent, StreamedOrder } from './stream-types.js';
import type { OrderSide } from './types.js';

type Fields = Readonly<Record<string, unknown>>;

/** A frame of the exchange, as far as it could be read. */
export function parseFrame(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** The events in the entries of a frame; entries that cannot be read are ignored. */
export function eventsOf(frame: Fields): OrderStreamEvent[] {
  const entries = Array.isArray(frame['d']) ? (frame['d'] as unknown[]) : [];
  const read = readers.get(frame['e']);
  return entries.flatMap((entry) => {
    const event = typeof entry === 'object' && entry !== null ? read?.(entry as Fields) : undefined;
    return event ? [event] : [];
  });
}

const readers: ReadonlyMap<unknown, (entry: Fields) => OrderStreamEvent | undefined> = new Map(
  Object.entries({
    orders(entry: Fields): OrderStreamEvent | undefined {
      const order: StreamedOrder = {
        symbol: text(entry['symbol']),
        orderId: text(entry['id']),
        clientOrderId: text(entry['clientOrderId']),
        side: text(entry['orderSide']) as OrderSide,
        ...positionSideOf(entry),
        type: text(entry['type']),
        status: text(entry['status']),
        price: text(entry['price']),
        triggerPrice: text(entry['triggerPrice']) || '0',
        origQty: text(entry['size']),
        executedQty: text(entry['cumFillSize']),
        cumQuote: text(entry['cumFillValue']),
        time: timeOf(entry['createdTime']),
        updateTime: timeOf(entry['updatedTime']),
      };
      const isWhole = order.symbol && order.orderId && order.status && isSide(order.side);
      return isWhole ? { type: 'order', order, source: 'stream' } : undefined;
    },
    fill(entry: Fields): OrderStreamEvent | undefined {
      const fill = {
        id: text(entry['id']),
        symbol: text(entry['symbol']),
        orderId: text(entry['orderId']),
        side: text(entry['orderSide']) as OrderSide,
        ...positionSideOf(entry),
        quantity: text(entry['fillSize']),
        value: text(entry['fillValue']),
        fee: text(entry['fillFee']),
        isMaker: entry['direction'] === 'MAKER',
        time: timeOf(entry['createdTime']),
      };
      return fill.id && fill.orderId && isSide(fill.side) ? { type: 'fill', fill } : undefined;
    },
    positions(entry: Fields): OrderStreamEvent | undefined {
      const side = text(entry['side']);
      if (side !== 'LONG' && side !== 'SHORT') return undefined;
      const position = {
        id: text(entry['id']),
        symbol: text(entry['symbol']),
        side,
        size: text(entry['size']),
        openValue: text(entry['openValue']),
        leverage: text(entry['leverage']),
        updateTime: timeOf(entry['updatedTime']),
      } as const;
      return { type: 'position', position };
    },
    account(entry: Fields): OrderStreamEvent | undefined {
      const balance = {
        asset: text(entry['coin']),
        // Spot and contract name them differently.
        available: text(entry['available'] ?? entry['amount']),
        total: text(entry['equity'] ?? entry['legacyAmount']),
      };
      return balance.asset ? { type: 'balance', balance } : undefined;
    },
  }),
);

/** An order that was read over REST, in the form of a stream. */
export function asStreamed(order: ContractOrder | SpotOrder): StreamedOrder {
  const { symbol, orderId, clientOrderId, side, type, status, price, origQty, executedQty } = order;
  return {
    symbol,
    orderId,
    clientOrderId,
    side,
    type,
    status,
    price,
    origQty,
    executedQty,
    ...('positionSide' in order && { positionSide: order.positionSide }),
    triggerPrice: '0',
    cumQuote: 'cumQuote' in order ? order.cumQuote : order.cummulativeQuoteQty,
    time: order.time,
    updateTime: order.updateTime,
  };
}

/** A conditional order that was read over REST, in the form of a stream. */
export function algoAsStreamed(algo: AlgoOrder): StreamedOrder {
  const { symbol, side, positionSide, price, triggerPrice } = algo;
  return {
    symbol,
    side,
    positionSide,
    price,
    triggerPrice,
    orderId: algo.algoId,
    clientOrderId: algo.clientAlgoId,
    type: algo.orderType,
    status: algo.algoStatus,
    origQty: algo.quantity,
    executedQty: '0',
    cumQuote: '0',
    time: algo.createTime,
    updateTime: algo.updateTime,
  };
}

function positionSideOf(entry: Fields): Pick<StreamedOrder, 'positionSide'> {
  const side = entry['positionSide'];
  return side === 'LONG' || side === 'SHORT' ? { positionSide: side } : {};
}

/** The text or number in a field of a frame; empty for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** A time of a frame, in milliseconds since 1970, or 0. */
function timeOf(value: unknown): number {
  const time = Number(text(value));
  return Number.isFinite(time) && time > 0 ? time : 0;
}

function isSide(side: string): boolean {
  return side === 'BUY' || side === 'SELL';
}
