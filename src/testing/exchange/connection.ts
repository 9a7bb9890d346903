import type { Clock } from '../../core/time/clock.js';
import type { Answer } from './answer.js';

/** What a connection needs of a response: one of Node's server, or one without a socket. */
export interface Reply {
  readonly destroyed: boolean;
  readonly socket: { resetAndDestroy(): unknown } | null;
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  flushHeaders(): void;
  write(piece: Uint8Array, done?: () => void): unknown;
  end(body?: string): unknown;
  destroy(): unknown;
}

/** One request's way back to the client, and all the ways in which it can go wrong. */
export class Connection {
  readonly #response: Reply;
  readonly #timers: TimerSet;
  readonly #settled: (status: number | undefined) => void;
  /** By how much everything sent back is delayed. */
  delayMs = 0;

  constructor(response: Reply, timers: TimerSet, settled: (status: number | undefined) => void) {
    this.#response = response;
    this.#timers = timers;
    this.#settled = settled;
  }

  /** Sends the answer normally. */
  send(answer: Answer): void {
    this.#later(() => {
      this.#response.writeHead(answer.status, withLength(answer, answer.body));
      this.#response.end(answer.body);
      this.#settled(answer.status);
    });
  }

  /** Sends the answer in pieces over a time. */
  drip(answer: Answer, durationMs: number): void {
    this.#later(() => {
      const bytes = Buffer.from(answer.body);
      const pieces = 10;
      this.#response.writeHead(answer.status, withLength(answer, bytes));
      const write = (piece: number): void => {
        if (this.#response.destroyed) {
          this.#settled(undefined);
          return;
        }
        const from = Math.floor((bytes.length * piece) / pieces);
        this.#response.write(bytes.subarray(from, Math.floor((bytes.length * (piece + 1)) / pieces)));
        if (piece + 1 < pieces) {
          this.#timers.set(() => write(piece + 1), durationMs / pieces);
        } else {
          this.#response.end();
          this.#settled(answer.status);
        }
      };
      this.#response.flushHeaders();
      this.#timers.set(() => write(0), durationMs / pieces);
    });
  }

  /** Sends the head and half of the body, then breaks the connection. */
  truncate(answer: Answer): void {
    this.#later(() => {
      const bytes = Buffer.from(answer.body);
      this.#response.writeHead(answer.status, withLength(answer, bytes));
      this.#response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => this.#response.destroy());
      this.#settled(answer.status);
    });
  }

  /** Closes the connection without an answer. */
  close(): void {
    this.#later(() => {
      this.#response.destroy();
      this.#settled(undefined);
    });
  }

  /** Resets the connection. */
  reset(): void {
    this.#later(() => {
      this.#response.socket?.resetAndDestroy();
      this.#settled(undefined);
    });
  }

  /** Leaves the client without an answer. */
  hang(): void {
    this.#settled(undefined);
  }

  #later(action: () => void): void {
    const unlessGone = () => (this.#response.destroyed ? this.#settled(undefined) : action());
    if (this.delayMs > 0) this.#timers.set(unlessGone, this.delayMs);
    else unlessGone();
  }
}

/** Timers that are all cleared together. */
export class TimerSet {
  readonly #clock: Clock;
  readonly #handles = new Set<unknown>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(fn: () => void, ms: number): void {
    const handle = this.#clock.setTimeout(() => {
      this.#handles.delete(handle);
      fn();
    }, ms);
    this.#handles.add(handle);
  }

  clear(): void {
    for (const handle of this.#handles) this.#clock.clearTimeout(handle);
    this.#handles.clear();
  }
}

function withLength(answer: Answer, body: string | Buffer): Record<string, string | number> {
  return { ...answer.headers, 'Content-Length': Buffer.byteLength(body) };
}
