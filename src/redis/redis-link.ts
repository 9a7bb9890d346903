import type { RedisPort } from './redis-client.js';
import { runScript, startsWith } from './run-script.js';

/** Redis counts as lost when an answer takes longer. */
const lostAfterMs = 500;
// A command that was sent before a connection died silently is never answered.
const giveUpMs = 10_000;
const replicaPauseMs = 1_000;

/** Called once each time that the connection changes. */
export interface LinkListener {
  lost(error: unknown): void;
  regained(lostForMs: number): void;
}

/** The connection of one process to Redis: nothing that it does rejects, and it knows whether Redis answers. */
export class RedisLink {
  readonly #port: RedisPort;
  readonly #listener: LinkListener;
  #lostAt: number | undefined;
  #leftReplicaAt = -Infinity;

  constructor(port: RedisPort, listener: LinkListener) {
    this.#port = port;
    this.#listener = listener;
  }

  get isLost(): boolean {
    return this.#lostAt !== undefined;
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

  listen(channel: string, hear: (message: string) => void): () => void {
    return this.#port.listen(channel, hear);
  }

  async #watch(answer: Promise<unknown>): Promise<unknown> {
    const slow = setTimeout(
      () => this.#lose(new Error(`Redis did not answer within ${lostAfterMs} ms`)),
      lostAfterMs,
    );
    slow.unref();
    let never: NodeJS.Timeout | undefined;
    const gaveUp = new Promise<undefined>((resolve) => {
      never = setTimeout(() => resolve(undefined), giveUpMs);
      never.unref();
    });
    try {
      const result = await Promise.race([answer.then((value) => ({ value })), gaveUp]);
      if (result) this.#regain();
      return result?.value;
    } catch (error) {
      this.#lose(error);
      if (startsWith(error, 'READONLY')) this.#leaveReplica();
      return undefined;
    } finally {
      clearTimeout(slow);
      clearTimeout(never);
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
    this.#listener.lost(error);
  }

  #regain(): void {
    if (!this.isLost) return;
    const { lostForMs } = this;
    this.#lostAt = undefined;
    this.#listener.regained(lostForMs);
  }
}
