import type { CoolDownMember } from '../policies/options/coordinator.js';
import { type CoolDownMessage, RedisCoolDown } from './redis-cool-down.js';
import type { RedisLink } from './redis-link.js';
import { withoutCommand } from './run-script.js';

// How often a process asks that cannot subscribe.
const askMs = 500;

/** The cool-downs of one process, by scope, and the one subscription through which they learn of those of others. */
export class RedisCoolDowns {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #channel: string;
  readonly #coolDowns: Map<string, Set<RedisCoolDown>> = new Map();
  #stop: (() => void) | undefined;
  #asking: NodeJS.Timeout | undefined;
  #hasWarned = false;
  #isClosed = false;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
    this.#channel = `${prefix}cool-downs`;
  }

  join(scope: string, member: CoolDownMember): RedisCoolDown {
    if (!this.#isClosed) this.#stop ??= this.#listen();
    const coolDown = new RedisCoolDown(this.#link, this.#prefix, scope, this.#channel, member);
    this.#coolDowns.set(scope, (this.#coolDowns.get(scope) ?? new Set()).add(coolDown));
    return coolDown;
  }

  /** Redis does not answer. */
  lost(): void {
    for (const coolDown of this.#all()) coolDown.lost();
  }

  /** Reads what may have been missed. */
  catchUp(): void {
    for (const coolDown of this.#all()) void coolDown.catchUp();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop?.();
    clearInterval(this.#asking);
  }

  #listen(): () => void {
    return this.#link.listen(this.#channel, {
      hear: (text) => this.#hear(text),
      again: () => {
        clearInterval(this.#asking);
        this.#asking = undefined;
        this.catchUp();
      },
      deaf: (reason) => this.#deaf(reason),
    });
  }

  #deaf(reason: unknown): void {
    if (this.#isClosed) return;
    if (reason !== undefined && !this.#link.isLost && !this.#hasWarned) {
      this.#hasWarned = true;
      process.emitWarning(
        `Cannot subscribe to ${this.#channel}: ${withoutCommand(reason).message}. Cool-downs of other processes are ` +
          `noticed up to ${askMs} ms late`,
        { code: 'WEEX_COOL_DOWNS_UNHEARD' },
      );
    }
    if (this.#asking !== undefined) return;
    this.#asking = setInterval(() => {
      if (!this.#link.isLost) this.catchUp();
    }, askMs);
    this.#asking.unref();
  }

  #hear(text: string): void {
    const message = readMessage(text);
    for (const coolDown of (message && this.#coolDowns.get(message.scope)) ?? [])
      coolDown.hear(message as CoolDownMessage);
  }

  #all(): RedisCoolDown[] {
    return [...this.#coolDowns.values()].flatMap((coolDowns) => [...coolDowns]);
  }
}

function readMessage(text: string): CoolDownMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<CoolDownMessage> | null;
    return typeof message?.scope === 'string' && typeof message.from === 'string'
      ? (message as CoolDownMessage)
      : undefined;
  } catch {
    // A message of another program.
    return undefined;
  }
}
