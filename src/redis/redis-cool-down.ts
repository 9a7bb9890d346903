import { randomUUID } from 'node:crypto';
import type { CoolDownMember, SharedCoolDown } from '../policies/options/coordinator.js';
import type { RedisLink } from './redis-link.js';

/** A message about a cool-down from one process to the others. */
export interface CoolDownMessage {
  readonly from: string;
  readonly scope: string;
  readonly type: 'active' | 'ramping';
}

/**
 * Keeps the later end if the scope is already closed, and notifies all processes at once. The end is given in the
 * time of Redis: a message that had to wait for the connection extends no cool-down.
 */
const activateScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local untilMs = tonumber(ARGV[1])
if untilMs <= 0 then untilMs = now - untilMs end
local left = math.ceil(untilMs - now)
if left <= 0 then return 0 end
-- The probe that was refused is over: the next one is anybody's.
redis.call('DEL', KEYS[1] .. ':probe')
if untilMs > tonumber(redis.call('GET', KEYS[1]) or 0) then
  redis.call('SET', KEYS[1], string.format('%.0f', untilMs), 'PX', left)
end
redis.pcall('PUBLISH', ARGV[2], cjson.encode({ from = ARGV[3], scope = ARGV[4], type = 'active', forMs = left }))
return 1
`;

/** How long the scope stays closed, and the time. */
const readScript = `
local time = redis.call('TIME')
return { redis.call('PTTL', KEYS[1]), time[1] * 1000 + math.floor(time[2] / 1000) }
`;

// A probe that is not over by then is abandoned, as by the cool-down itself.
const probeLeaseMs = 5_000;

/**
 * The cool-down of one scope in one process: notifies the others, receives their messages, and sends the probe if
 * this process is chosen.
 */
export class RedisCoolDown implements SharedCoolDown {
  readonly #link: RedisLink;
  readonly #id: string = randomUUID();
  readonly #key: string;
  readonly #channel: string;
  readonly #scope: string;
  readonly #member: CoolDownMember;
  #probe: 'none' | 'asked' | 'mine' = 'none';
  /** Until when the scope is closed, if Redis has not been notified yet. */
  #untoldUntil = 0;

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
    this.#untoldUntil = performance.now() + forMs;
    void this.#tellClosed();
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
    this.#untoldUntil = 0;
    void this.#link.command('DEL', this.#key, this.#probeKey);
    void this.#link.command('PUBLISH', this.#channel, JSON.stringify(this.#message('ramping')));
  }

  /** Called when another process reported it. */
  hear(message: CoolDownMessage & { readonly forMs?: number }): void {
    if (message.from === this.#id) return;
    this.#probe = 'none';
    if (message.type === 'active' && message.forMs !== undefined) this.#member.activateFor(message.forMs);
    if (message.type === 'ramping') this.#member.ramp();
  }

  /** Redis does not answer: calls that wait for it to choose the probe send their own. */
  lost(): void {
    if (this.#probe !== 'asked') return;
    this.#probe = 'none';
    this.#member.probe();
  }

  /** Sends what could not be sent, and reads what was published while this process did not listen. */
  async catchUp(): Promise<void> {
    await this.#tellClosed();
    const answer = await this.#link.run(readScript, this.#key, []);
    const [left, now] = Array.isArray(answer) ? (answer as unknown[]).map(Number) : [];
    if (now !== undefined && now > 0) this.#link.noteTime(now);
    if (left !== undefined && left > 0) this.#member.activateFor(left);
  }

  async #tellClosed(): Promise<void> {
    const leftMs = this.#untoldUntil - performance.now();
    if (leftMs <= 0) return;
    // A negative value counts from when Redis reads it.
    const end = this.#link.redisTime(leftMs) ?? -leftMs;
    const args = [Math.ceil(end), this.#channel, this.#id, this.#scope];
    const answer = await this.#link.run(activateScript, this.#key, args);
    if (answer !== undefined) this.#untoldUntil = 0;
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
