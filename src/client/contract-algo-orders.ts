import { Resilient, resilienceContext } from '../decorators/index.js';
import { WEEXSystemError } from '../errors/index.js';
import { type IntentJournal, mintClientOrderId } from '../orders/index.js';
import { idKind } from '../orders/order-safety.js';
import {
  algoFirst,
  algoReferenceFirst,
  asPlacedAlgo,
  asSeenOrder,
  isReferred,
  tpSlChangeFirst,
  tpSlFirst,
} from './algo-safety.js';
import type * as Algo from './algo-types.js';
import { openToApi } from './api-symbols.js';
import { idAndSymbol, queryFirst, symbolOrNothing } from './argument-checks.js';
import { clientState, ofClient, ofStream } from './client-state.js';
import { contractEndpoints } from './contract-endpoints.js';
import { ContractOrders } from './contract-orders.js';
import type { ContractCanceledOrder, ContractCancelOutcome } from './contract-types.js';
import { marketMethods } from './market-methods.js';
import { cancelSafety, judgeCanceled, refuseFinished, symbolFrom } from './order-reference.js';
import { collect, findItem, readPages } from './read-pages.js';
import { noteDoubt, tellDoubt } from './setting-doubt.js';
import type { CallOptions } from './types.js';

const { Call, Outer, optionsOf, policyOf, send } = marketMethods('contract', contractEndpoints);

/** A conditional order is protected against duplicates like any other order, by its `clientAlgoId`. */
const algoSafety = {
  ...ofClient,
  ...ofStream('algo'),
  // Their ids are not ids of orders.
  [idKind]: () => 'algo',
  account(this: object): string {
    return `algo ${clientState(this).account}`;
  },
  journal(this: object): IntentJournal | undefined {
    return clientState(this).algoJournal;
  },
  clientOrderId: (order: Algo.AlgoOrderRequest | Algo.TpSlOrderRequest) =>
    order.clientAlgoId ?? mintClientOrderId(),
  find(this: ContractAlgoOrders, id: string, order: Algo.AlgoOrderRequest | Algo.TpSlOrderRequest) {
    return this.findAlgoOrder(id, order.symbol).then(asPlacedAlgo);
  },
};

/** Stops and take-profits of the contract market. */
export class ContractAlgoOrders extends ContractOrders {
  /**
   * Places one conditional order, which places an order once the price reaches the trigger. If the answer is lost,
   * the conditional order is looked up by its `clientAlgoId`, and sent again with the same id only if it is proven
   * absent.
   */
  @Outer('placeAlgoOrder', { check: openToApi(algoFirst) })
  @Resilient(policyOf('placeAlgoOrder'), { ...optionsOf('placeAlgoOrder'), orderSafety: algoSafety })
  async placeAlgoOrder(order: Algo.AlgoOrderRequest, _options?: CallOptions): Promise<Algo.PlacedAlgoOrder> {
    const clientAlgoId = resilienceContext()?.clientOrderId ?? order.clientAlgoId;
    return send(this, 'placeAlgoOrder', { ...order, clientAlgoId });
  }

  /**
   * Places a take-profit or stop-loss of a position. If the answer is lost, it is looked up by its `clientAlgoId`,
   * and sent again with the same id only if it is proven absent.
   */
  @Outer('placeTpSlOrder', { check: openToApi(tpSlFirst) })
  @Resilient(policyOf('placeTpSlOrder'), { ...optionsOf('placeTpSlOrder'), orderSafety: algoSafety })
  async placeTpSlOrder(order: Algo.TpSlOrderRequest, _options?: CallOptions): Promise<Algo.PlacedAlgoOrder> {
    const clientAlgoId = resilienceContext()?.clientOrderId ?? order.clientAlgoId;
    const [placed] = await send<[Omit<Algo.PlacedAlgoOrder, 'clientOrderId'>]>(this, 'placeTpSlOrder', {
      ...order,
      clientAlgoId,
    });
    // The answer does not contain the id.
    return { ...placed, clientOrderId: clientAlgoId as string };
  }

  /**
   * Changes the trigger of a waiting take-profit or stop-loss. It is repeated if its answer was lost, since setting
   * the same value twice changes nothing. An unanswered attempt may be executed up to 30 s later, even after a newer
   * trigger was set: read it back then.
   */
  @Outer('modifyTpSlOrder', { check: tpSlChangeFirst, around: tellDoubt })
  @Call('modifyTpSlOrder')
  async modifyTpSlOrder(
    change: Algo.TpSlChange,
    _options?: CallOptions,
  ): Promise<{ readonly success: true }> {
    return noteDoubt(change, send(this, 'modifyTpSlOrder', { ...change }));
  }

  /**
   * Cancels one waiting conditional order. If the answer is lost, the cancel is sent again; if the exchange then
   * has no such order, it is looked up, and the call succeeds if it is cancelled.
   */
  @Outer('cancelAlgoOrder', { check: algoReferenceFirst, around: refuseFinished })
  @Resilient(policyOf('cancelAlgoOrder'), {
    ...optionsOf('cancelAlgoOrder'),
    orderSafety: {
      ...ofClient,
      journal: undefined,
      ...cancelSafety,
      async find(this: ContractAlgoOrders, _id: string, reference: Algo.AlgoOrderReference) {
        const order = await findAlgo(this, reference.symbol, (one) => isReferred(one, reference));
        return order && judgeCanceled(asSeenOrder(order), asCanceledAlgo);
      },
    },
  })
  async cancelAlgoOrder(
    reference: Algo.AlgoOrderReference,
    _options?: CallOptions,
  ): Promise<ContractCanceledOrder> {
    return noteDoubt(reference, send(this, 'cancelAlgoOrder', { orderId: reference.orderId }));
  }

  /**
   * Cancels all waiting conditional orders, of one contract or of all. The cancel is not repeated if its answer was
   * lost, since a second one would cancel orders placed in between.
   */
  cancelAllAlgoOrders(symbol?: string, options?: CallOptions): Promise<ContractCancelOutcome[]>;
  cancelAllAlgoOrders(options: CallOptions): Promise<ContractCancelOutcome[]>;
  @Outer('cancelAllAlgoOrders', { check: symbolOrNothing })
  @Call('cancelAllAlgoOrders')
  async cancelAllAlgoOrders(
    symbol?: string | CallOptions,
    _options?: CallOptions,
  ): Promise<ContractCancelOutcome[]> {
    const answer = send<ContractCancelOutcome[]>(this, 'cancelAllAlgoOrders', { symbol: symbolFrom(symbol) });
    return [await answer].flat();
  }

  /**
   * Returns the conditional order with a client id, or `undefined` if neither the waiting orders nor the history show
   * it. It may become visible late: one lookup proves nothing.
   */
  @Outer('findAlgoOrder', { check: idAndSymbol })
  @Call('findAlgoOrder')
  async findAlgoOrder(
    clientAlgoId: string,
    symbol: string,
    _options?: CallOptions,
  ): Promise<Algo.AlgoOrder | undefined> {
    return findAlgo(this, symbol, (order) => order.clientAlgoId === clientAlgoId);
  }

  /** All waiting conditional orders, of one contract or of all. */
  getOpenAlgoOrders(symbol?: string, options?: CallOptions): Promise<Algo.AlgoOrder[]>;
  getOpenAlgoOrders(options: CallOptions): Promise<Algo.AlgoOrder[]>;
  @Outer('getOpenAlgoOrders', { check: symbolOrNothing })
  @Call('getOpenAlgoOrders')
  async getOpenAlgoOrders(symbol?: string | CallOptions, _options?: CallOptions): Promise<Algo.AlgoOrder[]> {
    return collect(openAlgos(this, symbolFrom(symbol)));
  }

  /** Past conditional orders of one contract, in an object, not a list. */
  @Outer('getAlgoOrderHistory', { check: queryFirst })
  @Call('getAlgoOrderHistory')
  async getAlgoOrderHistory(
    query: Algo.AlgoHistoryQuery,
    _options?: CallOptions,
  ): Promise<Algo.AlgoOrderHistory> {
    return send(this, 'getAlgoOrderHistory', { ...query });
  }
}

/** Their pages count from 1, those of other open orders from 0. */
function openAlgos(self: object, symbol: string | undefined): AsyncGenerator<Algo.AlgoOrder, boolean> {
  return readPages<Algo.AlgoOrder>(1, 100, (page) =>
    send(self, 'getOpenAlgoOrders', { symbol, limit: 100, page }),
  );
}

/** Waiting ones first: one that is triggered in between is then in the history. */
async function findAlgo(
  self: object,
  symbol: string,
  fits: (order: Algo.AlgoOrder) => boolean,
): Promise<Algo.AlgoOrder | undefined> {
  const open = await findItem(openAlgos(self, symbol), fits);
  if (open) return open;
  return findItem(pastAlgos(self, symbol), fits);
}

/** The history is read on by time, because it has no pages: backwards, or forwards if it begins with the oldest. */
async function* pastAlgos(self: object, symbol: string): AsyncGenerator<Algo.AlgoOrder, boolean> {
  const limit = 100;
  for (let bound: Pick<Algo.AlgoHistoryQuery, 'startTime' | 'endTime'> = {}; ; ) {
    const query = { symbol, ...bound, limit };
    const { orders } = await send<Algo.AlgoOrderHistory>(self, 'getAlgoOrderHistory', query);
    yield* orders;
    // A few may be all that the exchange returns at a time; fewer than ten are the end.
    if (orders.length < 10) return true;
    const times = orders.map(({ createTime }) => createTime);
    const { startTime = -Infinity, endTime = Infinity } = bound;
    const [oldest, newest] = [Math.min(...times), Math.max(...times)];
    const isOldestFirst = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
    const goesOn = isOldestFirst ? newest > startTime && oldest < newest : oldest < endTime;
    if (!goesOn) {
      if (orders.length < limit) return true;
      throw new WEEXSystemError(
        `Cannot search the conditional orders of ${symbol}: more than ${limit} were created at the same time`,
      );
    }
    bound = isOldestFirst ? { startTime: newest } : { endTime: oldest };
  }
}

/** The answer to a cancel whose own answer was lost. */
function asCanceledAlgo({
  orderId,
  clientOrderId,
}: {
  readonly orderId: string;
  readonly clientOrderId: string;
}): ContractCanceledOrder {
  return { orderId, origClientOrderId: clientOrderId, success: true };
}
