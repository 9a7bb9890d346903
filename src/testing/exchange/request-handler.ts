import type { IncomingHttpHeaders } from 'node:http';
import { parse } from 'lossless-json';
import type { Clock } from '../../core/time/clock.js';
import type { SimulatedRequest } from '../simulated-request.js';
import { type Answer, jsonAnswer } from './answer.js';
import { authenticate, type ExchangeCredentials } from './authentication.js';
import { Connection, type Reply, type TimerSet } from './connection.js';
import type { Endpoint, World } from './endpoint.js';
import { applyFault, type FaultScene, tooManyRequests } from './fault-effects.js';
import type { Condition, FaultDraw, FaultPlan } from './fault-plan.js';
import { type Parameters, textOf } from './parameters.js';
import { Refusal } from './refusal.js';

/** What the handler needs of a request: one of Node's server, or one without a socket. */
export interface Incoming {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** What the handler uses. */
export interface RequestHandlerOptions {
  readonly world: World;
  readonly plan: Pick<FaultPlan, 'draw'>;
  readonly clock: Clock;
  readonly timers: TimerSet;
  readonly credentials: ExchangeCredentials;
  readonly endpoints: readonly Endpoint[];
  /** The list to which every request is added. */
  readonly requests: SimulatedRequest[];
  /** Called for every request once its outcome is known. */
  readonly onRequest: (request: SimulatedRequest) => void;
  /** Called with the result of an executed request. */
  readonly onExecuted?: ((request: SimulatedRequest, result: unknown) => void) | undefined;
}

// Only the latest are kept, since a program may run for days.
const mostRequests = 100_000;

type Entry = { -readonly [Field in keyof SimulatedRequest]: SimulatedRequest[Field] };

interface RequestParameters {
  readonly query: Parameters;
  readonly body: Parameters;
}

interface Received {
  readonly request: Incoming;
  readonly body: string;
  readonly method: string;
  readonly path: string;
  readonly endpoint: Endpoint | undefined;
  readonly parameters: RequestParameters | Refusal;
  readonly entry: Entry;
  readonly draw: FaultDraw;
}

/** Executes requests, unless a fault prevents it. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #paths: ReadonlySet<string>;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
    this.#endpoints = new Map(options.endpoints.map((one) => [`${one.method} ${one.path}`, one]));
    this.#paths = new Set(options.endpoints.map(({ path }) => path));
  }

  /** Handles a request with its whole body. */
  handle(request: Incoming, response: Reply, body: string): void {
    const received = this.#receive(request, body);
    const connection = this.#connect(received, response);
    const scene: FaultScene = {
      connection,
      chance: received.draw.answer?.chance ?? 0,
      execute: () => this.#execute(received),
      refuse: (refused) => this.#execute(received, refused),
      ban: (forMs, restarts) => this.#ban(received, forMs, restarts),
    };
    const { answer, conditions } = received.draw;
    const go = () => {
      try {
        if (answer) applyFault(answer.fault, scene);
        else connection.send(scene.execute());
      } catch (error) {
        // For example a result that JSON cannot represent.
        const { status, code, message } = unexpected(error);
        connection.send(jsonAnswer(status, { code, msg: message }));
      }
    };
    let beforeMs = 0;
    for (const { fault, chance } of conditions) {
      if (fault.kind !== 'delay') continue;
      const delayMs = fault.delayMs + (fault.jitterMs ?? 0) * chance;
      if (fault.executed) connection.delayMs += delayMs;
      else beforeMs += delayMs;
    }
    if (beforeMs > 0) this.#options.timers.set(go, beforeMs);
    else go();
  }

  #receive(request: Incoming, body: string): Received {
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = mark < 0 ? '' : target.slice(mark + 1);
    const method = request.method ?? 'GET';
    const key = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const endpoint = this.#endpoints.get(`${method} ${key}`);
    const at = this.#options.clock.now() - this.#options.world.startedAtMs;
    const draw = this.#options.plan.draw(
      {
        market: endpoint?.market ?? (key.startsWith('/capi/') ? 'contract' : 'spot'),
        operation: endpoint?.operation ?? 'unknown',
        method,
        path: key,
        effect: endpoint?.effect ?? (method === 'GET' ? 'read' : 'write'),
        access: endpoint?.access ?? 'public',
      },
      at,
    );
    const parameters = readParameters(query, body);
    const entry: Entry = {
      at,
      method,
      path,
      query,
      operation: endpoint?.operation,
      market: endpoint?.market,
      clientOrderId: clientOrderIdOf(parameters),
      status: undefined,
      code: undefined,
      executed: false,
      fault: faultOf(draw, endpoint),
      durationMs: undefined,
    };
    const { requests } = this.#options;
    if (requests.length >= mostRequests) requests.splice(0, mostRequests / 10);
    requests.push(entry);
    return { request, body, method, path: key, endpoint, parameters, entry, draw };
  }

  #connect({ entry }: Received, response: Reply): Connection {
    return new Connection(response, this.#options.timers, (status) => {
      entry.status = status;
      entry.durationMs = this.#options.clock.now() - this.#options.world.startedAtMs - entry.at;
      this.#options.onRequest(entry);
    });
  }

  #execute(received: Received, refused?: Answer): Answer {
    const headers: Record<string, string> = {};
    try {
      return this.#carryOut(received, headers, refused);
    } catch (error) {
      const { status, code, message } = error instanceof Refusal ? error : unexpected(error);
      received.entry.code = code;
      return jsonAnswer(status, { code, msg: message }, headers);
    }
  }

  #carryOut(received: Received, headers: Record<string, string>, refused: Answer | undefined): Answer {
    const { world, clock, credentials } = this.#options;
    const { request, body, endpoint, parameters, entry, method, draw } = received;
    const nowMs = clock.now();
    if (!endpoint) return this.#notFound(received);
    if (!this.#withinLimits(received, endpoint, nowMs, headers)) return tooManyRequests(headers);
    const serverTimeMs = nowMs + sumOf(draw, (fault) => (fault.kind === 'clock-skew' ? fault.skewMs : 0));
    if (endpoint.access === 'private') {
      const target = request.url ?? '/';
      authenticate(request.headers, { method, target, body }, credentials, serverTimeMs);
    }
    if (parameters instanceof Refusal) throw parameters;
    if (refused) return { ...refused, headers: { ...headers, ...refused.headers } };
    const visibility = {
      delayMs: sumOf(draw, (fault) => (fault.kind === 'late-visibility' ? fault.delayMs : 0)),
    };
    if (endpoint.access === 'private') world.settle(endpoint.market, nowMs);
    const result = endpoint.handle({ world, nowMs, serverTimeMs, visibility, ...parameters });
    entry.executed = true;
    this.#options.onExecuted?.(entry, result);
    return jsonAnswer(200, result, headers);
  }

  #withinLimits(
    { request, draw }: Received,
    endpoint: Endpoint,
    nowMs: number,
    headers: Record<string, string>,
  ): boolean {
    const { limits } = this.#options.world;
    const tight = draw.conditions.map(({ fault }) => fault).find((fault) => fault.kind === 'tight-limits');
    const address = addressKey(request, endpoint.market);
    const weight = limits.takeWeight(address, endpoint.weight, nowMs, tight?.weight);
    Object.assign(headers, weight.headers);
    if (!weight.allowed || endpoint.orders === 0) return weight.allowed;
    const orders = limits.takeOrders(`orders ${endpoint.market}`, endpoint.orders, nowMs, tight?.orders);
    Object.assign(headers, orders.headers);
    return orders.allowed;
  }

  #notFound({ path, entry }: Received): Answer {
    if (this.#paths.has(path)) {
      entry.code = -1150;
      return jsonAnswer(405, { code: -1150, msg: 'The request method is not supported.' });
    }
    const timestamp = new Date(this.#options.clock.now()).toISOString().replace('Z', '+00:00');
    return jsonAnswer(404, { timestamp, status: 404, error: 'Not Found', path });
  }

  #ban({ request, endpoint }: Received, forMs: number, restarts: boolean): void {
    const { world, clock } = this.#options;
    const address = addressKey(request, endpoint?.market ?? 'spot');
    world.limits.ban(address, clock.now() + forMs, restarts ? forMs : undefined);
  }
}

function addressKey(request: Incoming, market: string): string {
  return `${request.socket.remoteAddress} ${market}`;
}

function faultOf(
  { answer, conditions }: FaultDraw,
  endpoint: Endpoint | undefined,
): SimulatedRequest['fault'] {
  if (answer) return answer.fault.kind;
  if (conditions.some(({ fault }) => fault.kind === 'delay')) return 'delay';
  const places = endpoint !== undefined && endpoint.orders > 0;
  return places && conditions.some(({ fault }) => fault.kind === 'late-visibility')
    ? 'late-visibility'
    : undefined;
}

function sumOf({ conditions }: FaultDraw, amount: (fault: Condition) => number): number {
  return conditions.reduce((sum, { fault }) => sum + amount(fault), 0);
}

function readParameters(query: string, body: string): RequestParameters | Refusal {
  const json = body === '' ? {} : readJson(body);
  return json ? { query: Object.fromEntries(new URLSearchParams(query)), body: json } : badJson;
}

const badJson = new Refusal(400, -1135, 'The request body is not valid JSON.');

// Numbers keep their digits: ids beyond 2^53 arrive as numbers too.
function readJson(text: string): Parameters | undefined {
  try {
    const value: unknown = parse(text, undefined, { parseNumber: (digits) => digits });
    return typeof value === 'object' && value !== null ? (value as Parameters) : undefined;
  } catch {
    return undefined;
  }
}

function clientOrderIdOf(parameters: RequestParameters | Refusal): string | undefined {
  if (parameters instanceof Refusal) return undefined;
  const { body, query } = parameters;
  return (
    textOf(body, 'newClientOrderId') ?? textOf(body, 'clientAlgoId') ?? textOf(query, 'origClientOrderId')
  );
}

function unexpected(error: unknown): { status: number; code: number; message: string } {
  return { status: 500, code: -1000, message: `The simulated exchange failed: ${String(error)}` };
}
