import type { RawData, WebSocket } from 'ws';
import type { World } from './endpoint.js';
import { type PublicChannel, publicChannel } from './stream-channels.js';
import { bestEntry, bookChanges, bookSides, klineEntry, tickerEntry, tradeEntry } from './stream-frames.js';
import type { Market } from './symbols.js';

/** The channels of an account. */
export type PrivateChannel = 'orders' | 'fill' | 'positions' | 'account';

const privateChannels: readonly string[] = [
  'orders',
  'fill',
  'positions',
  'account',
] satisfies PrivateChannel[];

/** What a session uses. */
export interface StreamSessionOptions {
  readonly socket: WebSocket;
  readonly world: World;
  readonly market: Market;
  readonly access: 'public' | 'private';
  readonly nowMs: () => number;
}

/** A socket that does not answer is cut after this many pings. */
const mostUnanswered = 10;
const idleMs = 60_000;

/** One socket with its subscriptions. */
export class StreamSession {
  readonly #options: StreamSessionOptions;
  readonly #private: Set<PrivateChannel> = new Set();
  readonly #public: Map<string, PublicChannel> = new Map();
  #idleSinceMs: number;
  #pingedMinute: number;
  #unanswered = 0;

  constructor(options: StreamSessionOptions) {
    this.#options = options;
    const now = options.nowMs();
    this.#idleSinceMs = now;
    this.#pingedMinute = minuteOf(now);
    options.socket.on('message', (data) => this.#receive(data));
    this.send({ event: 'connected', cid: String(now), time: String(now) });
  }

  get market(): Market {
    return this.#options.market;
  }

  has(channel: PrivateChannel): boolean {
    return this.#private.has(channel);
  }

  send(frame: object): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
  }

  /** Cuts the connection without a closing frame. */
  cut(): void {
    this.#options.socket.terminate();
  }

  /** Sends the market's changes since the last step and pings, and cuts sockets without a subscription. */
  tick(step: number): void {
    const now = this.#options.nowMs();
    if (this.#private.size + this.#public.size === 0) {
      if (now - this.#idleSinceMs >= idleMs) this.cut();
      return;
    }
    if (minuteOf(now) !== this.#pingedMinute) this.#ping(now);
    for (const channel of this.#public.values()) if (step > channel.step) this.#publish(channel, step);
  }

  #ping(now: number): void {
    this.#pingedMinute = minuteOf(now);
    if (this.#unanswered >= mostUnanswered) {
      this.cut();
      return;
    }
    this.#unanswered += 1;
    this.send({ [this.#options.access === 'public' ? 'event' : 'type']: 'ping', time: String(now) });
  }

  #receive(data: RawData): void {
    const { id, method, params } = parseRequest(String(data));
    if (method === 'PONG') this.#unanswered = 0;
    else if (method === 'PING') this.send({ result: true, id });
    else if ((method === 'SUBSCRIBE' || method === 'UNSUBSCRIBE') && Array.isArray(params)) {
      const refused = params
        .map((name) => this.#change(method, String(name)))
        .find((one) => one !== undefined);
      this.send(
        refused === undefined
          ? { result: true, id }
          : { result: false, id, msg: `INVALID_ARGUMENT: ${refused}` },
      );
      if (this.#private.size + this.#public.size === 0) this.#idleSinceMs = this.#options.nowMs();
      const step = this.#step();
      for (const channel of this.#public.values()) if (channel.step < 0) this.#publish(channel, step);
    } else this.send({ result: false, msg: 'INVALID_ARGUMENT: unrecognized message' });
  }

  /** Changes a subscription; returns the text of a refusal. */
  #change(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', name: string): string | undefined {
    const { access, market } = this.#options;
    if (access === 'private') {
      if (!privateChannels.includes(name) || (market === 'spot' && name === 'positions'))
        return `invalid event : ${name}`;
      if (method === 'SUBSCRIBE') this.#private.add(name as PrivateChannel);
      else this.#private.delete(name as PrivateChannel);
      return undefined;
    }
    const named = publicChannel(market, name);
    if (typeof named === 'string') return named;
    const { channel, key } = named;
    if (method === 'UNSUBSCRIBE') this.#public.delete(key);
    else if (!this.#public.has(key)) this.#public.set(key, channel);
    return undefined;
  }

  #publish(channel: PublicChannel, step: number): void {
    const { nowMs } = this.#options;
    // The book is sent every second step.
    if (channel.kind === 'depth' && channel.sides && step - channel.step < 2) return;
    const { symbol } = channel.symbol;
    const { e, ...body } = this.#frame(channel, step);
    this.send({ e, E: nowMs(), s: symbol, ...body });
    channel.step = step;
  }

  #frame(channel: PublicChannel, step: number): { readonly e: string } & Readonly<Record<string, unknown>> {
    const { nowMs, world } = this.#options;
    const { symbol } = channel;
    switch (channel.kind) {
      case 'ticker':
        return { e: 'ticker', d: [tickerEntry(world, symbol, step)] };
      case 'trade':
        return { e: 'trade', d: [tradeEntry(world, symbol, step)] };
      case 'bookTicker':
        return { e: 'bookTicker', u: step, ...bestEntry(world, symbol, step) };
      case 'kline': {
        const { interval, priceType } = channel;
        const e = channel.step < 0 ? 'klineSnapshot' : 'kline';
        return { e, p: priceType, d: [klineEntry(world, symbol, interval, priceType, nowMs())] };
      }
      case 'depth': {
        const { depth, sides } = channel;
        const next = bookSides(world, symbol, step, depth);
        channel.sides = next;
        if (!sides) {
          const levels = { b: [...next.b], a: [...next.a] };
          return { e: 'depthSnapshot', d: 'SNAPSHOT', U: step, u: step, l: depth, ...levels };
        }
        const levels = { b: bookChanges(sides.b, next.b), a: bookChanges(sides.a, next.a) };
        return { e: 'depth', d: 'CHANGED', U: channel.step, u: step, l: depth, ...levels };
      }
    }
  }

  #step(): number {
    const { nowMs, world } = this.#options;
    return world.marketData.stepAt(nowMs() - world.startedAtMs);
  }
}

/** Pings are stamped at half minutes. */
function minuteOf(ms: number): number {
  return Math.floor((ms - 30_000) / 60_000);
}

function parseRequest(text: string): {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
} {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
