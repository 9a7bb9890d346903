import { bePatient } from './be-patient.js';
import type { ChannelListener, RedisPort } from './redis-client.js';
import { runScript, startsWith, withoutCommand } from './run-script.js';

/** Redis counts as lost if an answer takes longer. */
const lostAfterMs = 500;
// A command that was sent before a connection died silently is never answered.
const giveUpMs = 10_000;
const replicaPauseMs = 1_000;
const probeMs = 500;

/** Called whenever the connection changes. */
export interface LinkListener {
  lost(error: unknown): void;
  regained(lostForMs: number): void;
}

/** The connection of one process to Redis: none of its methods rejects, and it tracks whether Redis answers. */
export class RedisLink {
  readonly #port: RedisPort;
  readonly #listener: LinkListener;
  #lostAt: number | undefined;
  #leftReplicaAt = -Infinity;
  #probing: NodeJS.Timeout | undefined;
  #isClosed = false;
  #redisOffset: number | undefined;

  constructor(port: RedisPort, listener: LinkListener) {
    this.#port = port;
    this.#listener = listener;
  }

  get isLost(): boolean {
    return this.#lostAt !== undefined;
  }

  /** The time of Redis at a time of this process, in milliseconds since 1970; `undefined` until it is known. */
  redisTime(inMs: number): number | undefined {
    return this.#redisOffset === undefined ? undefined : performance.now() + this.#redisOffset + inMs;
  }

  /** Records the time of Redis. */
  noteTime(redisNow: number): void {
    this.#redisOffset = redisNow - performance.now();
  }

  get lostForMs(): number {
    return this.#lostAt === undefined ? 0 : performance.now() - this.#lostAt;
  }

  /** Runs a script; `undefined` if it failed. */
  run(script: string, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.#watch(runScript(this.#port, script, key, args));
  }

  /** Runs a command; `undefined` if it failed. */
  command(...args: string[]): Promise<unknown> {
    return this.#watch(this.#port.command(...args));
  }

  listen(channel: string, listener: ChannelListener): () => void {
    return this.#port.listen(channel, listener);
  }

  async #watch(answer: Promise<unknown>): Promise<unknown> {
    let isSlow = false;
    const tooLate = (): void => {
      isSlow = true;
      this.#lose(new Error(`Redis did not answer within ${lostAfterMs} ms`));
    };
    const wasInTime = bePatient(lostAfterMs, tooLate, true);
    let isOver: (() => void) | undefined;
    const gaveUp = new Promise<undefined>((resolve) => {
      isOver = bePatient(giveUpMs, () => resolve(undefined), true);
    });
    try {
      const result = await Promise.race([answer.then((value) => ({ value })), gaveUp]);
      // A Redis that takes this long each time is not back: it would be lost and regained over and over.
      if (result && !isSlow) this.#regain();
      return result?.value;
    } catch (error) {
      this.#lose(error);
      if (startsWith(error, 'READONLY')) this.#leaveReplica();
      return undefined;
    } finally {
      wasInTime();
      isOver?.();
    }
  }

  #leaveReplica(): void {
    const now = performance.now();
    if (now - this.#leftReplicaAt < replicaPauseMs) return;
    this.#leftReplicaAt = now;
    this.#port.leaveReplica();
  }

  #lose(error: unknown): void {
    if (this.isLost) return;
    this.#lostAt = performance.now();
    this.#listener.lost(withoutCommand(error));
    this.#probe();
  }

  /** Asks until Redis answers: a coordinator without a limit has no beat that would. */
  #probe(): void {
    this.#probing = setTimeout(() => {
      void this.command('PING').then(() => {
        if (this.isLost && !this.#isClosed) this.#probe();
      });
    }, probeMs);
    this.#probing.unref();
  }

  /** Stops trying to reach Redis. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#probing);
  }

  #regain(): void {
    if (!this.isLost) return;
    const { lostForMs } = this;
    this.#lostAt = undefined;
    this.#listener.regained(lostForMs);
  }
}
