import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { control, controlPath } from './exchange/control.js';
import { FaultPlan } from './exchange/fault-plan.js';
import { readBody } from './exchange/read-body.js';
import { createSimulation } from './exchange/simulation.js';
import { StreamServer } from './exchange/stream-server.js';
import type { SimulatedAlgoOrder } from './exchange/simulated-algo-order.js';
import type { SimulatedOrder } from './exchange/simulated-order.js';
import { type ExchangeOptions, resolveExchangeOptions } from './exchange-options.js';
import type { Fault } from './fault.js';
import { checkFault } from './parse-fault.js';
import type { PlannedFault, PlannedPhase } from './scenario.js';
import type { SimulatedRequest } from './simulated-request.js';
import type { ExchangeCredentials } from './exchange/authentication.js';

/** A running simulated WEEX. Its lists are live: they grow while it runs. */
export interface SimulatedExchange {
  /** The base address of both markets: `/api/v3` is spot, `/capi/v3` contract. */
  readonly url: string;
  /** The base addresses of the streams, to which `/public` or `/private` is added. */
  readonly streamUrls: { readonly spot: string; readonly contract: string };
  /** The credentials with which requests must be signed. */
  readonly credentials: ExchangeCredentials;
  /** Every order that exists or existed, oldest first. */
  readonly orders: readonly SimulatedOrder[];
  /** Every conditional order that waits or waited, oldest first. */
  readonly algoOrders: readonly SimulatedAlgoOrder[];
  /** Every request received, oldest first, with the fault that hit it; the last 100,000 of them. */
  readonly requests: readonly SimulatedRequest[];
  /**
   * What goes wrong, and when: the faults of the scenario as the seed determines them, and injected ones. The same
   * scenario and seed produce the same list whatever clients do.
   */
  readonly faults: readonly PlannedFault[];
  /** The phases of the scenario as the seed determines them. */
  readonly phases: readonly PlannedPhase[];
  /** The current phase; `undefined` after the last one, or in a scenario without phases. */
  phase(): PlannedPhase | undefined;
  /**
   * Adds a fault, whose times count from now; throws a TypeError if it is not valid. Returns a function that removes
   * it.
   */
  inject(fault: Fault): () => void;
  /** Cuts every stream without a closing frame, like a failing network. */
  cutStreams(): void;
  /** Stops, even if clients are still waiting for an answer. */
  close(): Promise<void>;
}

/**
 * Starts a simulated WEEX, spot and contract V3, on 127.0.0.1: signatures, clock, weights, bans, client order ids,
 * matching and balances like those of the exchange, and the faults of the scenario.
 *
 * Options: `scenario` (a name, a scenario or the text of one; default `'calm'`: nothing goes wrong), `seed` (default
 * 1), `port` (default 0: a free one), `limits`, `balances`, `credentials`, `duplicateClientOrderIds`, `stream`, `clock`.
 *
 * @throws TypeError when options or scenario are invalid, naming every fault at once; the error of the socket when
 * the port is in use.
 * @example
 * ```ts
 * import { startExchange } from 'weex-resilience/testing';
 *
 * const exchange = await startExchange({ seed: 7 });
 * const stop = exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
 * console.log(exchange.url, exchange.orders.length);
 * stop();
 * await exchange.close();
 * ```
 */
export async function startExchange(options: ExchangeOptions = {}): Promise<SimulatedExchange> {
  const resolved = resolveExchangeOptions(options);
  const { credentials, port, scenario, seed } = resolved;
  const plan = new FaultPlan(scenario, seed);
  const { handler, world, algoOrders, orders, requests, sinceStart, timers } = createSimulation(
    resolved,
    plan,
  );
  const controlled = { plan, orders, requests, scenario: scenario.name, seed, sinceStart };
  const server = createServer(
    { keepAliveTimeout: 60_000 },
    (request: IncomingMessage, response: ServerResponse) => {
      readBody(request, response, (body) => {
        const path = request.url?.split('?')[0] ?? '/';
        if (path !== controlPath && !path.startsWith(`${controlPath}/`)) {
          handler.handle(request, response, body);
          return;
        }
        const answer = control(controlled, request.method ?? 'GET', path, body);
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    },
  );
  const { clock, stream: faults } = resolved;
  const streams = new StreamServer({ world, clock, timers, credentials, seed, faults });
  server.on('upgrade', (request, socket, head) => streams.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${listening}`,
    streamUrls: {
      spot: `ws://127.0.0.1:${listening}/spot/v3/ws`,
      contract: `ws://127.0.0.1:${listening}/contract/v3/ws`,
    },
    credentials,
    orders,
    algoOrders,
    requests,
    faults: plan.faults,
    phases: plan.phases,
    phase: () => plan.phaseAt(sinceStart()),
    inject: (fault) => {
      const { id } = plan.inject(checkFault(fault), sinceStart());
      return () => void plan.remove(id);
    },
    cutStreams: () => streams.cut(),
    close: () => {
      streams.cut();
      timers.clear();
      closing ??= closeServer(server);
      return closing;
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
  // Node releases the handles two turns later.
  await setImmediate();
  await setImmediate();
}
