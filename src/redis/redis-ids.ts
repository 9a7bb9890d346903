import { randomUUID } from 'node:crypto';
import type { IdClaim } from '../policies/options/coordinator.js';
import { bePatient } from './be-patient.js';
import type { RedisLink } from './redis-link.js';

// A call that has not said for so long that it is under way has died, and leaves its id unknown.
const underWayMs = 6_000;
const renewalMs = 2_000;
// For as long the exchange's own list of orders is a better witness than this.
const rememberedMs = 86_400_000;
/** So many ids that were left unknown are kept to tell Redis anew of them, the oldest forgotten first. */
const unknownCapacity = 10_000;
/** So long the first order of a process waits: its connection may still be made. */
const firstWaitMs = 500;

/** Answers 0 where the id was free, 1 where its outcome is unknown, 2 where a call has it under way. */
const claimScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('GET', KEYS[1])
local owner, untilMs = '', 0
if stored then
  local parts = cjson.decode(stored)
  owner, untilMs = parts[1], parts[2]
end
if stored and untilMs > now then return 2 end
redis.call('SET', KEYS[1], cjson.encode({ ARGV[1], now + tonumber(ARGV[2]) }), 'PX', ARGV[3])
return stored and 1 or 0
`;

/** Frees the id, or leaves it unknown, where this call still has it. */
const releaseScript = `
local stored = redis.call('GET', KEYS[1])
if not stored or cjson.decode(stored)[1] ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then redis.call('SET', KEYS[1], cjson.encode({ '', 0 }), 'PX', ARGV[3])
else redis.call('DEL', KEYS[1]) end
return 1
`;

/** Says that a call is still under way, also to a Redis that has forgotten it. */
const renewScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('GET', KEYS[1])
if stored and cjson.decode(stored)[1] ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], cjson.encode({ ARGV[1], now + tonumber(ARGV[2]) }), 'PX', ARGV[3])
return 1
`;

const unknownId = '["",0]';

/** What a call may learn of an id after it had to go on. */
class LateClaim implements IdClaim {
  readonly isUnknown: boolean;
  late: IdClaim['late'];
  readonly #release: (isUnknown: boolean) => void;

  constructor(isUnknown: boolean, release: (isUnknown: boolean) => void) {
    this.isUnknown = isUnknown;
    this.#release = release;
  }

  release(isUnknown: boolean): void {
    // What an earlier call left open is still open: nobody looked it up.
    this.#release(isUnknown || this.late === 'unknown');
  }
}

/** The client order ids that calls of this process have taken among all processes. */
export class RedisIds {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #waitMs: number;
  /** Keys of calls under way, with what the calls are known by. */
  readonly #held: Map<string, string> = new Map();
  /** Keys of ids that calls of this process have left unknown. */
  readonly #unknown: Set<string> = new Set();
  /** What calls have released while Redis was away. */
  readonly #unreleased: Map<string, readonly (string | number)[]> = new Map();
  /** Is there as long as Redis has not forgotten. */
  readonly #witness: string;
  #hasAnswered = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(link: RedisLink, prefix: string, waitMs: number) {
    this.#link = link;
    this.#prefix = prefix;
    this.#waitMs = waitMs;
    this.#witness = `${prefix}ids:${randomUUID()}`;
  }

  /** Takes an id for a call; `'under-way'` where another call has it. */
  async claim(id: string, kind?: string): Promise<IdClaim | 'under-way'> {
    const key = `${this.#prefix}id:{${kind === undefined ? '' : `${kind} `}${id}}`;
    const call = randomUUID();
    const release = (isUnknown: boolean): void => this.#release(key, call, isUnknown);
    this.#hold(key, call);
    // It is told when Redis is back.
    if (this.#link.isLost) return new LateClaim(false, release);
    const asked = this.#link.run(claimScript, key, [call, underWayMs, rememberedMs]);
    let inTime: (() => void) | undefined;
    const waitMs = this.#hasAnswered ? this.#waitMs : Math.max(this.#waitMs, firstWaitMs);
    const late = new Promise<'late'>((resolve) => (inTime = bePatient(waitMs, () => resolve('late'))));
    const answer = await Promise.race([asked, late]);
    inTime?.();
    if (answer === 'late') {
      const claim = new LateClaim(false, release);
      void asked.then((state) => (claim.late = lateStates[Number(state)]));
      return claim;
    }
    this.#hasAnswered ||= answer !== undefined;
    if (Number(answer) !== 2) return new LateClaim(Number(answer) === 1, release);
    this.#held.delete(key);
    return 'under-way';
  }

  /** Redis answers again: tells it what it may not know. */
  tell(): void {
    for (const [key, args] of this.#unreleased) void this.#link.run(releaseScript, key, args);
    this.#unreleased.clear();
    this.#tellHeld();
    this.#tellUnknown();
  }

  #tellHeld(): void {
    for (const [key, call] of this.#held) {
      void this.#link.run(renewScript, key, [call, underWayMs, rememberedMs]);
    }
  }

  #tellUnknown(): void {
    // An id that another call has taken meanwhile is that one's.
    for (const key of this.#unknown) {
      void this.#link.command('SET', key, unknownId, 'NX', 'PX', String(rememberedMs));
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #hold(key: string, call: string): void {
    this.#held.set(key, call);
    this.#arm();
  }

  #release(key: string, call: string, isUnknown: boolean): void {
    if (this.#held.get(key) === call) this.#held.delete(key);
    this.#unknown.delete(key);
    if (isUnknown) {
      this.#unknown.add(key);
      const [oldest] = this.#unknown;
      if (this.#unknown.size > unknownCapacity && oldest !== undefined) this.#unknown.delete(oldest);
      this.#arm();
    }
    // Also where the answer was late: Redis sees both in the order in which they were sent.
    const args = [call, isUnknown ? 1 : 0, rememberedMs];
    if (this.#link.isLost) this.#unreleased.set(key, args);
    else void this.#link.run(releaseScript, key, args);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#held.size === 0 && this.#unknown.size === 0) return;
      this.#arm();
      if (!this.#link.isLost) void this.#renew();
    }, renewalMs);
    this.#timer.unref();
  }

  async #renew(): Promise<void> {
    const hasForgotten = await this.#link.command(
      'SET',
      this.#witness,
      '1',
      'NX',
      'PX',
      String(rememberedMs),
    );
    if (hasForgotten === 'OK') this.#tellUnknown();
    this.#tellHeld();
  }
}

const lateStates: readonly IdClaim['late'][] = [undefined, 'unknown', 'under-way'];
