import type { RawData, WebSocket } from 'ws';
import type { World } from './endpoint.js';
import { bookChanges, bookSides, tickerEntry, tradeEntry } from './stream-frames.js';
import { type Market, type TradingSymbol, tradingSymbols } from './symbols.js';

/** The channels of an account. */
export type PrivateChannel = 'orders' | 'fill' | 'positions' | 'account';

const privateChannels: readonly string[] = [
  'orders',
  'fill',
  'positions',
  'account',
] satisfies PrivateChannel[];

/** What a session works with. */
export interface StreamSessionOptions {
  readonly socket: WebSocket;
  readonly world: World;
  readonly market: Market;
  readonly access: 'public' | 'private';
  readonly nowMs: () => number;
}

interface PublicChannel {
  readonly symbol: TradingSymbol;
  readonly kind: 'ticker' | 'trade' | 'depth';
  readonly depth: number;
  /** What was sent last, by which the next change is told. */
  sides?: ReturnType<typeof bookSides>;
  step: number;
}

/** A socket that answers nothing is cut after so many pings. */
const mostUnanswered = 10;
const idleMs = 60_000;

/** One socket: its subscriptions, and what it is sent. */
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

  /** Sends what the market did since the last step, pings, and cuts who subscribed to nothing. */
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

  /** Says why a channel is refused. */
  #change(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', name: string): string | undefined {
    const { access, market } = this.#options;
    if (access === 'private') {
      if (!privateChannels.includes(name) || (market === 'spot' && name === 'positions'))
        return `invalid event : ${name}`;
      if (method === 'SUBSCRIBE') this.#private.add(name as PrivateChannel);
      else this.#private.delete(name as PrivateChannel);
      return undefined;
    }
    const [symbolName = '', event = ''] = name.split('@');
    const symbol = tradingSymbols[market].get(symbolName.toUpperCase());
    if (!symbol) return `invalid symbol : cmt_${symbolName.toLowerCase()}`;
    const [, kind, depth = '0'] = /^(ticker|trade|depth)(\d*)$/.exec(event) ?? [];
    if (kind === undefined || (kind !== 'depth' && depth !== '')) return `invalid event : ${event}`;
    if (kind === 'depth' && depth !== '15' && depth !== '200') return `invalid depth level : ${depth}`;
    const key = `${symbol.symbol}@${event}`;
    if (method === 'UNSUBSCRIBE') this.#public.delete(key);
    else if (!this.#public.has(key))
      this.#public.set(key, { symbol, kind: kind as PublicChannel['kind'], depth: Number(depth), step: -1 });
    return undefined;
  }

  #publish(channel: PublicChannel, step: number): void {
    const { world, nowMs } = this.#options;
    const { depth, kind, sides, symbol } = channel;
    const head = { E: nowMs(), s: symbol.symbol };
    if (kind === 'ticker') this.send({ e: 'ticker', ...head, d: [tickerEntry(world, symbol, step)] });
    else if (kind === 'trade') this.send({ e: 'trade', ...head, d: [tradeEntry(world, symbol, step)] });
    else {
      // A change of the book comes every second step.
      if (sides && step - channel.step < 2) return;
      const next = bookSides(world, symbol, step, depth);
      const event = sides ? { e: 'depth', d: 'CHANGED' } : { e: 'depthSnapshot', d: 'SNAPSHOT' };
      const levels = sides
        ? { b: bookChanges(sides.b, next.b), a: bookChanges(sides.a, next.a) }
        : { b: [...next.b], a: [...next.a] };
      this.send({ ...event, ...head, U: sides ? channel.step : step, u: step, l: depth, ...levels });
      channel.sides = next;
    }
    channel.step = step;
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
