import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../core/time/clock.js';
import { randomAt } from '../seeded-random.js';
import type { ResolvedStreamFaults } from '../stream-faults.js';
import { authenticate, type ExchangeCredentials } from './authentication.js';
import type { TimerSet } from './connection.js';
import type { World } from './endpoint.js';
import { marketStepMs } from './market-data.js';
import { Refusal } from './refusal.js';
import { accountEntries, algoEntry, fillEntry, orderEntry, positionEntry } from './stream-frames.js';
import { type PrivateChannel, StreamSession } from './stream-session.js';
import type { Market } from './symbols.js';

/** What the streams of an exchange use. */
export interface StreamServerOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly timers: TimerSet;
  readonly credentials: ExchangeCredentials;
  readonly seed: number | string;
  readonly faults: ResolvedStreamFaults;
}

/** As documented in September 2026. */
const mostConnections = 20;
/** This path is signed, whatever the URL. */
const signedPath = '/v3/ws/private';

/** The WebSocket side of the exchange: `/spot/v3/ws/public`, `/contract/v3/ws/private` and so on. */
export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #server: WebSocketServer = new WebSocketServer({ noServer: true });
  readonly #sessions: Set<StreamSession> = new Set();
  readonly #versions: Record<Market, number> = { spot: 0, contract: 0 };
  readonly #updates: Record<Market, number> = { spot: 0, contract: 0 };
  readonly #perAddress: Map<string, number> = new Map();
  #isTicking = false;

  constructor(options: StreamServerOptions) {
    this.#options = options;
    const { world } = options;
    for (const market of ['spot', 'contract'] as const) {
      world[market].book.watchers.add((order, trade) => {
        this.#update(market, {
          orders: [orderEntry(order.record, world)],
          ...(trade && { fill: [fillEntry(trade)] }),
          ...(trade && market === 'contract' && { positions: [positionEntry(world, order)] }),
          account: accountEntries(world, market),
        });
      });
    }
    world.contract.algos.watchers.add(({ record }) => {
      this.#update('contract', { orders: [algoEntry(record)] });
    });
  }

  /** Accepts the upgrade of a connection, or refuses it with a status. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = request.url?.split('?')[0] ?? '/';
    const [, market, access] = /^\/(spot|contract)\/v3\/ws\/(public|private)$/.exec(path) ?? [];
    const address = request.socket.remoteAddress ?? '';
    const open = this.#perAddress.get(address) ?? 0;
    const refused =
      market === undefined ? 404 : open >= mostConnections ? 429 : this.#refusal(request, access);
    socket.on('error', () => {});
    if (refused !== undefined) {
      socket.end(
        `HTTP/1.1 ${refused} ${STATUS_CODES[refused]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.#perAddress.set(address, open + 1);
    socket.once('close', () => this.#perAddress.set(address, (this.#perAddress.get(address) ?? 1) - 1));
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const session = new StreamSession({
        socket: webSocket,
        world: this.#options.world,
        market: market as Market,
        access: access as 'public' | 'private',
        nowMs: () => this.#options.clock.now(),
      });
      this.#sessions.add(session);
      webSocket.on('error', () => webSocket.terminate());
      webSocket.once('close', () => this.#sessions.delete(session));
      if (!this.#isTicking) this.#tick();
    });
  }

  /** Cuts every connection without a closing frame. */
  cut(): void {
    for (const session of this.#sessions) session.cut();
  }

  #refusal(request: IncomingMessage, access: string | undefined): number | undefined {
    if (access === 'public') return undefined;
    try {
      const parts = { method: '', target: signedPath, body: '' };
      authenticate(request.headers, parts, this.#options.credentials, this.#options.clock.now());
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.status;
      throw error;
    }
  }

  /** While a socket is open the market moves by itself: orders are filled without any request. */
  #tick(): void {
    const { clock, timers, world } = this.#options;
    this.#isTicking = this.#sessions.size > 0;
    if (!this.#isTicking) return;
    timers.set(() => this.#tick(), marketStepMs);
    const now = clock.now();
    world.settle('spot', now);
    world.settle('contract', now);
    const step = world.marketData.stepAt(now - world.startedAtMs);
    for (const session of this.#sessions) session.tick(step);
  }

  /** Sends one change of the account; its frames share one version. */
  #update(market: Market, channels: { readonly [Channel in PrivateChannel]?: readonly object[] }): void {
    const { clock, faults, seed, timers } = this.#options;
    this.#updates[market] += 1;
    const happens = (kind: 'drop' | 'gap' | 'duplicate') =>
      randomAt(seed, 'stream', market, kind, this.#updates[market]) < faults[kind];
    if (happens('drop')) return;
    this.#versions[market] += 1;
    if (happens('gap')) return;
    const head = { E: clock.now(), v: this.#versions[market], msgEvent: 'OrderUpdate' };
    const frames = Object.entries(channels).map(
      ([e, d]) => [e as PrivateChannel, { e, ...head, d }] as const,
    );
    const times = happens('duplicate') ? 2 : 1;
    const send = () => {
      for (const session of this.#sessions) {
        if (session.market !== market) continue;
        for (let time = 0; time < times; time += 1) {
          for (const [channel, frame] of frames) if (session.has(channel)) session.send(frame);
        }
      }
    };
    if (faults.delayMs > 0) timers.set(send, faults.delayMs);
    else send();
  }
}
