import { setTimeout as wait } from 'node:timers/promises';
import type { IPolicy } from 'cockatiel';
import { isWEEXError, WEEXAuthenticationError, WEEXRequestError } from '../errors/index.js';
import { quietly } from '../observability/event-channel.js';
import { createPolicy } from '../policies/create-policy.js';
import type { Market } from './endpoint.js';
import type { Sightings } from './sightings.js';
import { eventsOf, text } from './stream-frames.js';
import { type GapReader, StreamGap } from './stream-gap.js';
import { openStreamSocket, type StreamSocket, type StreamSocketOptions } from './stream-socket.js';
import { StreamVersions } from './stream-versions.js';
import type { OrderStreamEvent, StreamedOrder } from './stream-types.js';

/** @internal What a stream uses. */
export interface OrderStreamParts {
  readonly market: Market;
  /** The URL of the private socket. */
  readonly url: string;
  readonly policy?: IPolicy | undefined;
  /** The headers of the handshake, signed now. */
  readonly sign: (isClockDoubted: boolean) => Promise<Readonly<Record<string, string>>>;
  readonly sightings: Sightings;
  readonly reader: GapReader;
  readonly serverNow: () => number;
  /** Called once it has ended. */
  readonly ended: () => void;
}

const channels: Readonly<Record<Market, readonly string[]>> = {
  spot: ['orders', 'fill', 'account'],
  contract: ['orders', 'fill', 'positions', 'account'],
};

/** An address may connect 300 times in 5 minutes, requests included: after repeated cuts the wait is longer. */
const shortestPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A connection that lasted this long was sound. */
const soundAfterMs = 60_000;

const defaultPolicy: IPolicy = createPolicy({
  name: 'orderStream',
  effect: 'read',
  attemptTimeoutMs: 10_000,
  retry: { maxRetries: 20, backoff: { initialDelayMs: 1_000, maxDelayMs: 30_000 } },
});

/**
 * The private stream of a market, created by `client.openOrderStream()`: it reports changes to the orders, fills,
 * positions and balances of the account as they happen.
 *
 * It connects, signs and subscribes at once, and reconnects with a backoff whenever the connection is lost.
 * Whatever it missed in the meantime, or between two versions that are not consecutive, it reads over REST: open
 * orders, including conditional ones, and past orders of every symbol that it has seen. While it is open, the
 * outcome of an order of the client whose answer was lost is known as soon as the stream shows it. Nothing is ever
 * concluded from its silence.
 */
export class OrderStream {
  readonly #parts: OrderStreamParts;
  readonly #listeners: Set<(event: OrderStreamEvent) => void> = new Set();
  readonly #end: AbortController = new AbortController();
  readonly #gap: StreamGap;
  readonly #run: Promise<void>;
  readonly #versions: StreamVersions = new StreamVersions();
  #socket: StreamSocket | undefined;
  /** When the last handshake started: no policy makes the next one come within a second. */
  #begunAt = -Infinity;
  #isConnected = false;
  #failure: WEEXAuthenticationError | WEEXRequestError | undefined;
  /** Whether the last handshake was refused in a way that suggests a wrong clock. */
  #isClockDoubted = false;

  /** @internal */
  constructor(parts: OrderStreamParts) {
    this.#parts = parts;
    const listener = {
      read: (order: StreamedOrder): void => this.#tell({ type: 'order', order, source: 'rest' }),
      filled: (orders: number, refused: readonly string[]): void =>
        this.#tell({ type: 'gap-filled', orders, refused }),
      failed: (error: unknown): void => this.#tell({ type: 'gap-open', error }),
    };
    this.#gap = new StreamGap(parts.reader, listener, parts.serverNow);
    this.#run = this.#keepConnected();
  }

  /** Whether it is connected and has subscribed. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Calls `listener` with every event, until the returned function is called. Errors that it throws are ignored. */
  listen(listener: (event: OrderStreamEvent) => void): () => void {
    if (typeof listener !== 'function') {
      throw new TypeError(`Cannot listen: the listener must be a function, received ${typeof listener}`);
    }
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Resolves once it is connected; at once if it already is.
   *
   * @throws WEEXAuthenticationError or WEEXRequestError if the exchange refuses the key or the channels, which ends
   * the stream; WEEXRequestError if it is closed.
   */
  async ready(): Promise<void> {
    if (this.isConnected) return;
    const { signal } = this.#end;
    await new Promise<void>((resolve, reject) => {
      const failed = (): void => {
        stop();
        reject(this.#failure ?? closedStream());
      };
      const stop = this.listen(({ type }) => {
        if (type !== 'connected') return;
        stop();
        signal.removeEventListener('abort', failed);
        resolve();
      });
      if (signal.aborted) failed();
      else signal.addEventListener('abort', failed, { once: true });
    });
  }

  /** Closes the connection and ends everything in progress, so that the process can exit. */
  async close(): Promise<void> {
    this.#stop();
    await this.#run;
  }

  #stop(): void {
    this.#end.abort();
    this.#gap.end();
    this.#socket?.close();
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#end;
    const policy = this.#parts.policy ?? defaultPolicy;
    let pauseMs = shortestPauseMs;
    for (let isFirst = true; !signal.aborted; ) {
      const startedAt = performance.now();
      let error: unknown;
      try {
        const socket = await policy.execute((context) => this.#connect(context.signal), signal);
        if (!socket || socket !== this.#socket) {
          throw new WEEXRequestError(
            'Cannot connect: the policy returned something other than the connection',
          );
        }
        this.#isConnected = true;
        this.#tell({ type: 'connected' });
        if (!isFirst) this.#miss('reconnect');
        isFirst = false;
        error = await socket.over;
      } catch (failure) {
        error = failure;
        // A connection that was opened for a policy that has since given up.
        this.#socket?.close();
      }
      this.#socket = undefined;
      this.#isConnected = false;
      if (signal.aborted) break;
      // If asked again, the exchange answers the same, and blocks a key that is used wrongly too often.
      if (error instanceof WEEXAuthenticationError || error instanceof WEEXRequestError)
        this.#failure = error;
      const final = this.#failure !== undefined;
      this.#tell({ type: 'disconnected', error, final });
      if (final) this.#stop();
      else await wait(pauseMs, undefined, { signal }).catch(() => undefined);
      const wasSound = performance.now() - startedAt > soundAfterMs;
      pauseMs = wasSound ? shortestPauseMs : Math.min(pauseMs * 2, longestPauseMs);
    }
    this.#parts.ended();
  }

  async #connect(signal: AbortSignal): Promise<StreamSocket> {
    const { market, sign, url } = this.#parts;
    const pauseMs = this.#begunAt + shortestPauseMs - performance.now();
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal });
    this.#begunAt = performance.now();
    const headers = await sign(this.#isClockDoubted);
    this.#versions.clear();
    const onFrame: StreamSocketOptions['onFrame'] = (frame, json) => this.#receive(frame, json);
    try {
      const socket = await openStreamSocket({ url, headers, channels: channels[market], onFrame }, signal);
      // From here on `close` ends it, whatever the outcome of the attempt.
      this.#socket = socket;
      if (this.#end.signal.aborted) socket.close();
      return socket;
    } catch (error) {
      this.#isClockDoubted = isWEEXError(error) && error.code === 400;
      throw error;
    }
  }

  #receive(frame: Readonly<Record<string, unknown>>, json: string): void {
    // The attempt was in progress when a listener closed the stream.
    if (this.#end.signal.aborted) return;
    const version = Number(text(frame['v']) || Number.NaN);
    if (Number.isSafeInteger(version)) {
      const verdict = this.#versions.take(frame['e'], version, json);
      if (verdict === 'repeat') return;
      if (verdict === 'gap') this.#miss('version');
    }
    for (const event of eventsOf(frame)) this.#tell(event);
  }

  #miss(reason: 'version' | 'reconnect'): void {
    this.#tell({ type: 'gap', reason });
    this.#gap.fill();
  }

  #tell(event: OrderStreamEvent): void {
    if (event.type === 'order') {
      this.#gap.hear(event.order);
      this.#parts.sightings.tell(event.order);
    }
    for (const listener of this.#listeners) quietly(() => listener(event));
  }
}

function closedStream(): WEEXRequestError {
  return new WEEXRequestError('Cannot wait for the order stream: it is closed');
}
