import { Resilient, resilienceContext } from '../decorators/index.js';
import type { IntentJournal } from '../orders/index.js';
import { idKind } from '../orders/order-safety.js';
import {
  algoFirst,
  algoReferenceFirst,
  asPlacedAlgo,
  asSeenOrder,
  tpSlChangeFirst,
  tpSlFirst,
} from './algo-safety.js';
import type * as Algo from './algo-types.js';
import { openToApi } from './api-symbols.js';
import { idAndSymbol, queryFirst, symbolOrNothing } from './argument-checks.js';
import { inSteps, runStep } from './call-steps.js';
import { clientState, ofClient, ofStream } from './client-state.js';
import { contractEndpoints } from './contract-endpoints.js';
import { ContractOrders } from './contract-orders.js';
import type { ContractCanceledOrder, ContractCancelOutcome } from './contract-types.js';
import { byOrderId, findAlgoOrder, openAlgoOrders } from './find-algo-orders.js';
import { generateId } from './generate-id.js';
import { marketMethods } from './market-methods.js';
import { cancelSafety, judgeCanceled, refuseFinished, symbolFrom } from './order-reference.js';
import { collect } from './read-pages.js';
import { noteDoubt, tellDoubt } from './setting-doubt.js';
import type { CallOptions } from './types.js';

const { Call, Outer, Steps, optionsOf, policyOf, send } = marketMethods('contract', contractEndpoints);

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
  clientOrderId(this: object, order: Algo.AlgoOrderRequest | Algo.TpSlOrderRequest) {
    return order.clientAlgoId ?? generateId(this, 'algo');
  },
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
        const order = await this.findAlgoOrder(String(reference.orderId), reference.symbol, byOrderId);
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
  @Outer('findAlgoOrder', {
    check: idAndSymbol,
    around: inSteps(policyOf('findAlgoOrder'), 2, findAlgoOrder),
  })
  @Steps('findAlgoOrder')
  async findAlgoOrder(
    _clientAlgoId: string,
    _symbol: string,
    options?: CallOptions,
  ): Promise<Algo.AlgoOrder | undefined> {
    return runStep(options);
  }

  /** All waiting conditional orders, of one contract or of all. */
  getOpenAlgoOrders(symbol?: string, options?: CallOptions): Promise<Algo.AlgoOrder[]>;
  getOpenAlgoOrders(options: CallOptions): Promise<Algo.AlgoOrder[]>;
  @Outer('getOpenAlgoOrders', {
    check: symbolOrNothing,
    around: inSteps(policyOf('getOpenAlgoOrders'), 1, async (call) =>
      collect(openAlgoOrders(call, symbolFrom(call.args[0] as string | CallOptions | undefined))),
    ),
  })
  @Steps('getOpenAlgoOrders')
  async getOpenAlgoOrders(_symbol?: string | CallOptions, options?: CallOptions): Promise<Algo.AlgoOrder[]> {
    return runStep(options);
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
