import { randomUUID } from 'node:crypto';
import type { IdClaim } from '../policies/options/coordinator.js';
import { bePatient } from './be-patient.js';
import type { RedisLink } from './redis-link.js';

// A call that has not reported for this long has died, and leaves its id unknown.
const underWayMs = 6_000;
const renewalMs = 2_000;
// After this time the exchange's own list of orders is a better source.
const rememberedMs = 86_400_000;
/** How many unknown ids are kept to report them to Redis again; the oldest are forgotten first. */
const unknownCapacity = 10_000;
/** How long the first order of a process waits: its connection may still be opening. */
const firstWaitMs = 500;

/** Returns 0 if the id was free, 1 if its outcome is unknown, 2 if a call is using it. */
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

/** Frees the id, or leaves it unknown, if this call still has it. */
const releaseScript = `
local stored = redis.call('GET', KEYS[1])
if not stored or cjson.decode(stored)[1] ~= ARGV[1] then return 0 end
if ARGV[2] == '1' then redis.call('SET', KEYS[1], cjson.encode({ '', 0 }), 'PX', ARGV[3])
else redis.call('DEL', KEYS[1]) end
return 1
`;

/** Reports that a call is still running, even to a Redis that has lost its data. */
const renewScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('GET', KEYS[1])
if stored and cjson.decode(stored)[1] ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], cjson.encode({ ARGV[1], now + tonumber(ARGV[2]) }), 'PX', ARGV[3])
return 1
`;

const unknownId = '["",0]';

/** What a call may learn about an id after it had to go on. */
class LateClaim implements IdClaim {
  readonly isUnknown: boolean;
  late: IdClaim['late'];
  readonly #release: (isUnknown: boolean) => void;

  constructor(isUnknown: boolean, release: (isUnknown: boolean) => void) {
    this.isUnknown = isUnknown;
    this.#release = release;
  }

  release(isUnknown: boolean): void {
    // What an earlier call left open is still open: it was not looked up.
    this.#release(isUnknown || this.late === 'unknown');
  }
}

/** The client order ids that calls of this process have claimed among all processes. */
export class RedisIds {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #waitMs: number;
  /** Keys of running calls, with the identifiers of the calls. */
  readonly #held: Map<string, string> = new Map();
  /** Keys of ids that calls of this process have left unknown. */
  readonly #unknown: Set<string> = new Set();
  /** What calls released while Redis was away. */
  readonly #unreleased: Map<string, readonly (string | number)[]> = new Map();
  /** A key that exists until Redis loses its data. */
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

  /** Claims an id for a call; resolves to `'under-way'` if another call has it. */
  async claim(id: string, kind?: string): Promise<IdClaim | 'under-way'> {
    const key = `${this.#prefix}id:{${kind === undefined ? '' : `${kind} `}${id}}`;
    const call = randomUUID();
    const release = (isUnknown: boolean): void => this.#release(key, call, isUnknown);
    this.#hold(key, call);
    // Redis is notified when it is back.
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

  /** Redis answers again: reports what it may have lost. */
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
    // An id that another call has claimed meanwhile belongs to that call.
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
    // Even if the answer was late: Redis sees both in the order in which they were sent.
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
