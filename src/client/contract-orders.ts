import { Resilient, resilienceContext } from '../decorators/index.js';
import { openToApi } from './api-symbols.js';
import {
  idAndSymbol,
  orderFirst,
  ordersFirst,
  queryFirst,
  referenceFirst,
  symbolOrNothing,
} from './argument-checks.js';
import { inSteps, runStep, type SteppedCall } from './call-steps.js';
import { cancelEarlier } from './cancel-earlier.js';
import { ContractAccount } from './contract-account.js';
import { contractEndpoints } from './contract-endpoints.js';
import type * as Contract from './contract-types.js';
import { findOrders, openOrders } from './find-orders.js';
import type { Around } from './in-client.js';
import { marketMethods } from './market-methods.js';
import { marketSafety } from './market-safety.js';
import { type OrderOutcome, sendBatch, settleEach } from './order-batch.js';
import { orderNotFound, refuseFinished, referenceParams, symbolFrom } from './order-reference.js';
import { collect } from './read-pages.js';
import { noteDoubt } from './setting-doubt.js';
import { type SendShared, shareLookup } from './shared-lookup.js';
import type { CallOptions, OrderHistoryQuery, OrderReference } from './types.js';

const { Call, Outer, Steps, optionsOf, policyOf, send } = marketMethods('contract', contractEndpoints);
const safety = marketSafety<
  Contract.ContractOrderRequest,
  Contract.ContractOrder,
  Contract.ContractPlacedOrder,
  Contract.ContractCanceledOrder
>({
  asPlaced,
  asCanceled,
});

/** The orders of the contract market. */
export class ContractOrders extends ContractAccount {
  /**
   * Places one order. If the answer is lost, the order is looked up by its client order id. Found: the call succeeds
   * with what was found. Proven absent: the order is sent again with the same id. Neither: the call rejects with a
   * `WEEXOutcomeUnknownError`.
   */
  @Outer('placeOrder', { check: openToApi(orderFirst) })
  @Resilient(policyOf('placeOrder'), {
    ...optionsOf('placeOrder'),
    orderSafety: safety.place,
  })
  async placeOrder(
    order: Contract.ContractOrderRequest,
    _options?: CallOptions,
  ): Promise<Contract.ContractPlacedOrder> {
    const newClientOrderId = resilienceContext()?.clientOrderId ?? order.newClientOrderId;
    return send(this, 'placeOrder', { ...order, newClientOrderId });
  }

  /**
   * Places up to five orders in one request, and returns the outcome of each. If the answer is lost, each order is
   * looked up, and only the absent ones are sent again.
   */
  @Outer('placeOrders', { check: openToApi(ordersFirst(5)), around: settleEach })
  @Resilient(policyOf('placeOrders'), {
    ...optionsOf('placeOrders'),
    orderSafety: safety.placeAll,
  })
  async placeOrders(
    orders: readonly Contract.ContractOrderRequest[],
    _options?: CallOptions,
  ): Promise<OrderOutcome<Contract.ContractPlacedOrder>[]> {
    return sendBatch(
      orders,
      (batchOrders) => send(this, 'placeOrders', { batchOrders }),
      (id, symbol) => this.findOrder(id, symbol).then(asPlaced),
    );
  }

  /**
   * Cancels one order. If the answer is lost, the cancel is sent again; if the exchange then has no such open
   * order, it is looked up, and the call succeeds if it is cancelled.
   */
  @Outer('cancelOrder', { check: referenceFirst, around: refuseFinished })
  @Resilient(policyOf('cancelOrder'), {
    ...optionsOf('cancelOrder'),
    orderSafety: safety.cancel,
  })
  async cancelOrder(
    reference: OrderReference,
    _options?: CallOptions,
  ): Promise<Contract.ContractCanceledOrder> {
    return noteDoubt(reference, send(this, 'cancelOrder', referenceParams(reference)));
  }

  /**
   * Cancels all open orders, of one contract or of all. If the answer is lost, those that are still open from before
   * are cancelled one by one, and the result lists these; orders placed in the meantime stay.
   */
  cancelAllOrders(symbol?: string, options?: CallOptions): Promise<Contract.ContractCancelOutcome[]>;
  cancelAllOrders(options: CallOptions): Promise<Contract.ContractCancelOutcome[]>;
  @Outer('cancelAllOrders', { check: symbolOrNothing, around: cancelEarlier })
  @Call('cancelAllOrders')
  async cancelAllOrders(
    symbol?: string | CallOptions,
    _options?: CallOptions,
  ): Promise<Contract.ContractCancelOutcome[]> {
    const answer = send<Contract.ContractCancelOutcome[]>(this, 'cancelAllOrders', {
      symbol: symbolFrom(symbol),
    });
    return [await answer].flat();
  }

  /** One order in any state; by `clientOrderId` it is looked for in the open orders and the history. */
  @Outer('getOrder', { check: referenceFirst, around: inSteps(policyOf('getOrder'), 1, readOrder) })
  @Steps('getOrder')
  async getOrder(_reference: OrderReference, options?: CallOptions): Promise<Contract.ContractOrder> {
    return runStep(options);
  }

  /**
   * Returns the order with a client order id, or `undefined` if neither the open orders nor the history show it.
   * Orders may become visible late: one lookup proves nothing.
   */
  @Outer('findOrder', { check: idAndSymbol, around: shareLookup(findTogether) })
  @Steps('findOrder')
  async findOrder(
    _clientOrderId: string,
    _symbol: string,
    options?: CallOptions,
  ): Promise<Contract.ContractOrder | undefined> {
    return runStep(options);
  }

  /** All open orders, of one contract or of all. */
  getOpenOrders(symbol?: string, options?: CallOptions): Promise<Contract.ContractOrder[]>;
  getOpenOrders(options: CallOptions): Promise<Contract.ContractOrder[]>;
  @Outer('getOpenOrders', {
    check: symbolOrNothing,
    around: inSteps(policyOf('getOpenOrders'), 1, async (call) =>
      collect(openOrders(call, symbolFrom(call.args[0] as string | CallOptions | undefined))),
    ),
  })
  @Steps('getOpenOrders')
  async getOpenOrders(
    _symbol?: string | CallOptions,
    options?: CallOptions,
  ): Promise<Contract.ContractOrder[]> {
    return runStep(options);
  }

  /** Past orders of one contract, a page at a time. */
  @Outer('getOrderHistory', { check: queryFirst })
  @Call('getOrderHistory')
  async getOrderHistory(query: OrderHistoryQuery, _options?: CallOptions): Promise<Contract.ContractOrder[]> {
    return send(this, 'getOrderHistory', { ...query });
  }
}

function findTogether(call: Parameters<Around>[0], shared: SendShared): Promise<unknown> {
  const [, symbol] = call.args as [string, string];
  return inSteps(policyOf('findOrder'), 2, (stepped) => findOrders(stepped, symbol, shared))(call);
}

async function readOrder(call: SteppedCall): Promise<Contract.ContractOrder> {
  const { orderId, clientOrderId, symbol } = call.args[0] as OrderReference;
  if (orderId !== undefined)
    return call.step(contractEndpoints.getOrder.weight, () => send(call.self, 'getOrder', { orderId }));
  const order = (await findOrders(call, symbol, (read) => read(new Set([clientOrderId])))).get(clientOrderId);
  if (order) return order;
  throw orderNotFound('contract.getOrder', clientOrderId, symbol);
}

/** The answer to a cancel whose own answer was lost. */
function asCanceled({ orderId, clientOrderId }: Contract.ContractOrder): Contract.ContractCanceledOrder {
  return { orderId, origClientOrderId: clientOrderId, success: true };
}

/** The acknowledgement of an order whose own acknowledgement was lost. */
function asPlaced(order: Contract.ContractOrder | undefined): Contract.ContractPlacedOrder | undefined {
  return order && { ...order, success: true };
}
