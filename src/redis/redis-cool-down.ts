import { randomUUID } from 'node:crypto';
import type { CoolDownMember, SharedCoolDown } from '../policies/options/coordinator.js';
import type { RedisLink } from './redis-link.js';

/** What one process tells the others of a cool-down. */
export interface CoolDownMessage {
  readonly from: string;
  readonly scope: string;
  readonly type: 'active' | 'ramping';
}

/** Keeps the later end where the cool-down is active already, and tells everybody at once. */
const activateScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local untilMs = now + tonumber(ARGV[1])
if untilMs > tonumber(redis.call('GET', KEYS[1]) or 0) then
  redis.call('SET', KEYS[1], untilMs, 'PX', ARGV[1])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
`;

// A probe that is not over by then is given up, as by the cool-down itself.
const probeLeaseMs = 5_000;

/** The cool-down of one scope in one process: tells the others, hears them, and sends the probe of all or none. */
export class RedisCoolDown implements SharedCoolDown {
  readonly #link: RedisLink;
  readonly #id: string = randomUUID();
  readonly #key: string;
  readonly #channel: string;
  readonly #scope: string;
  readonly #member: CoolDownMember;
  #probe: 'none' | 'asked' | 'mine' = 'none';

  constructor(link: RedisLink, prefix: string, scope: string, channel: string, member: CoolDownMember) {
    this.#link = link;
    this.#key = `${prefix}cool-down:{${scope}}`;
    this.#channel = channel;
    this.#scope = scope;
    this.#member = member;
    void this.catchUp();
  }

  activated(forMs: number): void {
    this.#probe = 'none';
    const message = this.#message('active');
    const wholeMs = Math.max(1, Math.ceil(forMs));
    void this.#link.run(activateScript, this.#key, [
      wholeMs,
      this.#channel,
      JSON.stringify({ ...message, forMs: wholeMs }),
    ]);
  }

  mayProbe(): boolean {
    // Without Redis each process has to find out for itself.
    if (this.#link.isLost) return true;
    if (this.#probe === 'mine') {
      this.#probe = 'none';
      return true;
    }
    if (this.#probe === 'none') void this.#ask();
    return false;
  }

  ramping(): void {
    void this.#link.command('DEL', this.#key, this.#probeKey);
    void this.#link.command('PUBLISH', this.#channel, JSON.stringify(this.#message('ramping')));
  }

  /** Another process told of it. */
  hear(message: CoolDownMessage & { readonly forMs?: number }): void {
    if (message.from === this.#id) return;
    this.#probe = 'none';
    if (message.type === 'active' && message.forMs !== undefined) this.#member.activateFor(message.forMs);
    if (message.type === 'ramping') this.#member.ramp();
  }

  /** Redis does not answer: a call that waits for it to choose the probe goes on by itself. */
  lost(): void {
    if (this.#probe !== 'asked') return;
    this.#probe = 'none';
    this.#member.probe();
  }

  /** Reads what was published while this process did not listen. */
  async catchUp(): Promise<void> {
    const left = Number(await this.#link.command('PTTL', this.#key));
    if (left > 0) this.#member.activateFor(left);
  }

  get #probeKey(): string {
    return `${this.#key}:probe`;
  }

  async #ask(): Promise<void> {
    this.#probe = 'asked';
    const answer = await this.#link.command(
      'SET',
      this.#probeKey,
      this.#id,
      'NX',
      'PX',
      String(probeLeaseMs),
    );
    if (this.#probe !== 'asked') return;
    this.#probe = answer === 'OK' ? 'mine' : 'none';
    if (this.#probe === 'mine' || this.#link.isLost) this.#member.probe();
  }

  #message(type: CoolDownMessage['type']): CoolDownMessage {
    return { from: this.#id, scope: this.#scope, type };
  }
}
