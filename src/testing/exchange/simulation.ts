import type { ResolvedExchangeOptions } from '../exchange-options.js';
import type { SimulatedRequest } from '../simulated-request.js';
import { TimerSet } from './connection.js';
import { ContractLedger } from './contract-ledger.js';
import type { World } from './endpoint.js';
import { endpoints } from './endpoints.js';
import type { FaultPlan } from './fault-plan.js';
import { Funding } from './funding.js';
import { createIds } from './ids.js';
import { MarketData } from './market-data.js';
import { OrderBook } from './order-book.js';
import { RateLimits } from './rate-limits.js';
import { RequestHandler } from './request-handler.js';
import { AlgoBook } from './algo-book.js';
import type { SimulatedAlgoOrder } from './simulated-algo-order.js';
import type { SimulatedOrder } from './simulated-order.js';
import { SpotLedger } from './spot-ledger.js';

/** An exchange without a network interface: its owner passes requests in. */
export interface Simulation {
  readonly world: World;
  readonly handler: RequestHandler;
  readonly timers: TimerSet;
  readonly orders: SimulatedOrder[];
  readonly algoOrders: SimulatedAlgoOrder[];
  readonly requests: SimulatedRequest[];
  /** Milliseconds since it was created. */
  readonly sinceStart: () => number;
}

/**
 * Creates an exchange from its options; `plan` says what goes wrong with each request, and `onExecuted` is called
 * with the result of each executed one.
 */
export function createSimulation(
  options: ResolvedExchangeOptions,
  plan: Pick<FaultPlan, 'draw'>,
  onExecuted?: (request: SimulatedRequest, result: unknown) => void,
): Simulation {
  const { clock, credentials, onRequest } = options;
  const orders: SimulatedOrder[] = [];
  const algoOrders: SimulatedAlgoOrder[] = [];
  const requests: SimulatedRequest[] = [];
  const timers = new TimerSet(clock);
  const world = createWorld(options, clock.now(), orders, algoOrders);
  const handler = new RequestHandler({
    world,
    plan,
    clock,
    timers,
    credentials,
    endpoints,
    requests,
    onRequest,
    onExecuted,
  });
  return {
    world,
    handler,
    timers,
    orders,
    algoOrders,
    requests,
    sinceStart: () => clock.now() - world.startedAtMs,
  };
}

function createWorld(
  { seed, limits, balances, duplicates }: ResolvedExchangeOptions,
  startedAtMs: number,
  orders: SimulatedOrder[],
  algoOrders: SimulatedAlgoOrder[],
): World {
  const marketData = new MarketData(seed);
  const nextId = createIds(seed);
  const spotLedger = new SpotLedger(balances.spot, createIds(`${seed}\nspot\nbills`));
  const account = { balance: balances.contract, seed, startedAtMs };
  const contractLedger = new ContractLedger({ ...account, asset: 'USDT', nextId });
  // With separate ids, so that it does not affect the rest.
  const nextDemoId = createIds(`${seed}\ndemo`);
  const demoLedger = new ContractLedger({ ...account, asset: 'SUSDT', nextId: nextDemoId });
  const shared = { marketData, nextId, startedAtMs, orders };
  const contractBook = new OrderBook({ ...shared, ledger: contractLedger, duplicates });
  const world: World = {
    startedAtMs,
    marketData,
    limits: new RateLimits(limits),
    spot: {
      ledger: spotLedger,
      // Documented for spot: success, and no second order.
      book: new OrderBook({ ...shared, ledger: spotLedger, duplicates: 'return-existing' }),
    },
    contract: {
      ledger: contractLedger,
      book: contractBook,
      algos: new AlgoBook({ marketData, nextId, startedAtMs, algoOrders, duplicates, book: contractBook }),
      funding: new Funding({ seed, startedAtMs, marketData, ledger: contractLedger }),
    },
    demo: {
      ledger: demoLedger,
      book: new OrderBook({ ...shared, nextId: nextDemoId, ledger: demoLedger, duplicates }),
    },
    settle(market, nowMs) {
      if (market === 'spot') {
        world.spot.book.settle(nowMs);
        return;
      }
      world.contract.funding.settle(nowMs);
      world.contract.algos.settle(nowMs);
      world.demo.book.settle(nowMs);
    },
  };
  return world;
}
