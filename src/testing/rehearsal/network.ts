import { endpoints } from '../exchange/endpoints.js';
import type { Incoming } from '../exchange/request-handler.js';
import { randomAt } from '../seeded-random.js';
import type { EventLoop } from './event-loop.js';
import type { Mishaps } from './mishaps.js';
import type { RequestPlace } from './rehearsal-event.js';
import type { RehearsalNetwork } from './rehearsal-scenario.js';
import { createReply } from './reply.js';
import type { Trace } from './trace.js';

/** A request as it leaves the program. */
export interface Outgoing {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer as the program receives it. */
export interface Arrived {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a request ends, unless it never does. */
export interface Endings {
  answered(answer: Arrived): void;
  /** The connection failed; `code` is Node's. */
  broke(code: 'ECONNREFUSED' | 'ECONNRESET'): void;
}

/** The network between a program and the exchange. */
export interface Network {
  /** Sends a request; returns the function that the program calls when it gives up. */
  send(request: Outgoing, endings: Endings, owner: object): () => void;
  /** How many requests of an owner are in progress. */
  underWay(owner: object): number;
  /** Closes the connections of an owner that has crashed. */
  drop(owner: object): void;
}

/** What a network consists of. */
export interface NetworkOptions {
  readonly loop: EventLoop;
  readonly seed: number | string;
  readonly network: RehearsalNetwork | undefined;
  readonly mishaps: Mishaps;
  readonly trace: Trace;
  /** Called for each request when the program sends it. */
  readonly onSend: (place: RequestPlace, request: Outgoing, owner: object) => void;
  /** Called when a request is over for the program; without an answer it failed or was given up. */
  readonly onEnd: (place: RequestPlace, answer?: Arrived) => void;
  /** Passes a request to the exchange. */
  readonly deliver: (place: RequestPlace, isCopy: boolean, ...parts: Delivery) => void;
}

/** The arguments of the exchange's handler. */
export type Delivery = [request: Incoming, reply: ReturnType<typeof createReply>, body: string];

interface Wire {
  /** Nothing gets through any more, without notice. */
  dead: boolean;
  busy: boolean;
}

const names = new Map(
  endpoints.map((one) => [`${one.method} ${one.path}`, `${one.market}.${one.operation}`]),
);

/** Creates a network whose behaviour depends only on the seed and the place of the request. */
export function createNetwork(options: NetworkOptions): Network {
  const { loop, mishaps, network = {}, seed, trace } = options;
  const { jitterMs = 40, latencyMs = 5 } = network;
  const counts = new Map<string, number>();
  const exchange = {};
  const wires = new Map<object, Wire[]>();
  const open = new Map<object, number>();

  const takePlace = ({ method, target }: Outgoing): RequestPlace => {
    const path = target.split('?', 1)[0] ?? target;
    const request = names.get(`${method} ${path}`) ?? `${method} ${path}`;
    const nth = counts.get(request) ?? 0;
    counts.set(request, nth + 1);
    return { request, nth };
  };
  const wayMs = ({ nth, request }: RequestPlace, leg: string): number => {
    const chance = randomAt(seed, 'way', request, nth, leg);
    // Most are quick; one in fifty is ten times slower than all of them.
    return latencyMs + jitterMs * (chance < 0.02 ? 10 : chance * chance);
  };
  const takeWire = (owner: object): { readonly wire: Wire; readonly fresh: boolean } => {
    let list = wires.get(owner);
    if (!list) wires.set(owner, (list = []));
    const idle = list.findLast((wire) => !wire.busy);
    if (idle) {
      idle.busy = true;
      return { wire: idle, fresh: false };
    }
    const wire = { dead: false, busy: true };
    list.push(wire);
    return { wire, fresh: true };
  };

  return {
    underWay: (owner) => open.get(owner) ?? 0,
    drop(owner) {
      wires.delete(owner);
      open.delete(owner);
    },
    send(request, endings, owner) {
      const place = takePlace(request);
      options.onSend(place, request, owner);
      const mishap = mishaps.onWay(place);
      if (mishap) trace.add(`${nameOf(place)} network: ${mishap}`);
      const { fresh, wire } = takeWire(owner);
      open.set(owner, (open.get(owner) ?? 0) + 1);
      let over = false;
      const finish = (keepWire: boolean): void => {
        over = true;
        if (!open.has(owner)) return;
        open.set(owner, (open.get(owner) ?? 1) - 1);
        wire.busy = false;
        const list = wires.get(owner) ?? [];
        if (!keepWire) list.splice(list.indexOf(wire), 1);
      };
      const end = (ms: number, keepWire: boolean, fn: () => void): void => {
        loop.set(
          () => {
            if (over) return;
            finish(keepWire);
            fn();
          },
          ms,
          owner,
        );
      };
      const breaks = (ms: number, code: 'ECONNREFUSED' | 'ECONNRESET'): void =>
        end(ms, false, () => {
          trace.add(`${nameOf(place)} broke: ${code}`);
          options.onEnd(place);
          endings.broke(code);
        });
      const reply = createReply({
        later: (fn) => void loop.set(fn, 0, exchange),
        ended(status, headers, body) {
          if (wire.dead || mishap === 'reply-lost') return;
          if (mishap === 'cut') {
            breaks(wayMs(place, 'down'), 'ECONNRESET');
            return;
          }
          end(wayMs(place, 'down'), true, () => {
            trace.add(`${nameOf(place)} answered ${status}`);
            options.onEnd(place, { status, headers, body });
            endings.answered({ status, headers, body });
          });
        },
        broken: () => {
          if (!wire.dead) breaks(wayMs(place, 'down'), 'ECONNRESET');
        },
      });
      const arrive = (ms: number, isCopy: boolean, to: typeof reply): void => {
        const incoming = {
          method: request.method,
          url: request.target,
          headers: request.headers,
          socket: { remoteAddress: 'program' },
        };
        loop.set(() => options.deliver(place, isCopy, incoming, to, request.body), ms, exchange);
      };
      if (mishap === 'half-open') for (const one of wires.get(owner) ?? []) one.dead = true;
      const upMs = wayMs(place, 'up') + (fresh ? latencyMs : 0);
      if (mishap === 'refused') breaks(upMs, 'ECONNREFUSED');
      else if (mishap === 'reset') breaks(upMs, 'ECONNRESET');
      else if (!wire.dead && mishap !== 'request-lost') arrive(upMs, false, reply);
      if (mishap === 'duplicate') {
        const nowhere = createReply({ later: () => {}, ended: () => {}, broken: () => {} });
        arrive(upMs + wayMs(place, 'copy') * 4, true, nowhere);
      }
      return () => {
        if (over) return;
        trace.add(`${nameOf(place)} given up`);
        finish(false);
        options.onEnd(place);
        reply.destroyed = true;
      };
    },
  };
}

/** A request in the trace. */
export function nameOf({ nth, request }: RequestPlace): string {
  return `${request}[${nth}]`;
}
