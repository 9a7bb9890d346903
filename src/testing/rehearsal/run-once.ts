import type * as Axios from 'axios';
import { randomAt } from '../seeded-random.js';
import { askInvariant } from './ask-invariant.js';
import { isCancel } from './cancel-watch.js';
import { StandstillError } from './event-loop.js';
import { type Breach, type RehearsalFacts, rehearsalInvariants } from './invariants.js';
import type { TimedEvent } from './mishaps.js';
import type { ResolvedRehearsal } from './rehearsal-options.js';
import { enterWorld, type Life, type World } from './world.js';

/** The result of an invariant. */
export interface InvariantResult {
  readonly name: string;
  readonly holds: boolean;
  readonly breaches: readonly Breach[];
}

/** One rehearsal from start to end. */
export interface RehearsalRun {
  readonly facts: RehearsalFacts;
  readonly invariants: readonly InvariantResult[];
  readonly trace: string;
  /** How long it took in the time of the rehearsal. */
  readonly virtualMs: number;
  /** The trace around a time. */
  readonly traceAround: (atMs: number) => string;
  readonly idsOf: World['idsOf'];
}

/** How long after its last day a program may take to return, and how long it is then observed. */
const waits = { returnMs: 600_000, watchMs: 60_000 };
const restartMs = { least: 500, more: 4_500 };

/** Runs a program in its world once. */
export async function runOnce(options: ResolvedRehearsal, axios: typeof Axios): Promise<RehearsalRun> {
  const world = enterWorld(options, axios);
  try {
    return await new Rehearsal(options, world).run();
  } finally {
    world.leave();
  }
}

class Rehearsal {
  readonly #options: ResolvedRehearsal;
  readonly #world: World;
  readonly #startedAtMs: number[] = [];
  readonly #errors: RehearsalFacts['errors'][number][] = [];
  #life: Life | undefined;
  #returnedAtMs: number | undefined;
  #isOver = false;

  constructor(options: ResolvedRehearsal, world: World) {
    this.#options = options;
    this.#world = world;
  }

  async run(): Promise<RehearsalRun> {
    const { lengthMs, loop, mishaps } = this.#world;
    for (const event of mishaps.timed) loop.set(() => this.#happen(event), event.atMs);
    this.#start();
    await this.#runUntil(lengthMs + waits.returnMs, () => this.#isOver);
    this.#isOver = true;
    const virtualMs = loop.nowMs;
    await this.#runUntil(loop.nowMs + waits.watchMs);
    return this.#judge(virtualMs);
  }

  /** Runs the loop; a program that lets no time pass is ended. */
  async #runUntil(untilMs: number, until?: () => boolean): Promise<void> {
    const { loop } = this.#world;
    try {
      await loop.run(untilMs, until);
    } catch (error) {
      if (!(error instanceof StandstillError)) throw error;
      this.#fail(error);
      this.#life?.end();
    }
  }

  #fail(error: unknown): void {
    const atMs = this.#world.loop.nowMs;
    this.#errors.push({ atMs, error });
    this.#returnedAtMs ??= atMs;
    this.#isOver = true;
  }

  #start(): void {
    const life = this.#world.begin(this.#startedAtMs.length, () => {
      this.#world.trace.add('the program ends its process');
      this.#returnedAtMs ??= this.#world.loop.nowMs;
      this.#isOver = true;
      life.end();
    });
    this.#life = life;
    this.#startedAtMs.push(this.#world.loop.nowMs);
    const isCurrent = (): boolean => this.#life === life && !this.#isOver;
    void Promise.resolve()
      .then(() => this.#options.run(life.context))
      .then(
        () => {
          if (!isCurrent()) return;
          this.#world.trace.add('the program returned');
          this.#returnedAtMs = this.#world.loop.nowMs;
          this.#isOver = true;
        },
        (error: unknown) => {
          if (!isCurrent()) return;
          this.#world.trace.add('the program failed');
          this.#fail(error);
        },
      );
  }

  #happen(event: TimedEvent): void {
    if (this.#isOver || !this.#life) return;
    const { loop, mishaps, trace } = this.#world;
    mishaps.note(event);
    if ('clockStepMs' in event) {
      trace.add(`the clock is set by ${event.clockStepMs} ms`);
      this.#world.step(event.clockStepMs);
      return;
    }
    trace.add('the program crashes');
    this.#life.end();
    this.#life = undefined;
    const chance = randomAt(this.#options.seed, 'restart', this.#startedAtMs.length);
    loop.set(
      () => {
        trace.add('the program starts again');
        this.#start();
      },
      restartMs.least + restartMs.more * chance,
    );
  }

  #judge(virtualMs: number): RehearsalRun {
    const world = this.#world;
    const { book, journal, loop, mishaps, network, simulation } = world;
    const owner = this.#life?.owner ?? {};
    for (const order of simulation.orders) {
      const entry = book.get(order.clientOrderId);
      entry.orders = [...entry.orders, order];
    }
    const isReported = (id: string): boolean => book.get(id).report !== undefined;
    for (const { again, first } of world.repeats.repeats(isReported)) book.get(again).repeats = first;
    const facts: RehearsalFacts = {
      intents: book.intents,
      requests: simulation.requests,
      sentRequests: world.sentRequests(),
      blocked: world.blocked,
      calls: world.calls,
      cancels: [...world.calls.filter(({ operation }) => isCancel(operation)), ...world.cancels.cancels],
      journal: journal.entries,
      happened: mishaps.happened,
      startedAtMs: this.#startedAtMs,
      openedAt: simulation.world.startedAtMs,
      lengthMs: world.lengthMs,
      returnedAtMs: this.#returnedAtMs,
      left: { timers: loop.pending(owner), requests: network.underWay(owner) },
      errors: [...this.#errors, ...world.uncaught],
      cancelWithinMs: this.#options.cancelWithinMs,
    };
    this.#life?.end();
    const invariants = [...rehearsalInvariants, ...this.#options.invariants].map((invariant) => {
      const breaches = askInvariant(invariant, facts);
      return { name: invariant.name, holds: breaches.length === 0, breaches };
    });
    const { idsOf, trace } = world;
    return { facts, invariants, trace: trace.text(), virtualMs, traceAround: trace.around, idsOf };
  }
}
