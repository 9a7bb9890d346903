import type * as Axios from 'axios';
import type { Clock } from '../../core/time/clock.js';
import { setAsideOrders } from '../../core/process-wide.js';
import type { CallSettled } from '../../observability/events.js';
import { FaultPlan } from '../exchange/fault-plan.js';
import { createSimulation, type Simulation } from '../exchange/simulation.js';
import { resolveExchangeOptions } from '../exchange-options.js';
import type { SimulatedRequest } from '../simulated-request.js';
import { createRandom } from '../seeded-random.js';
import { createAxiosAdapter } from './axios-adapter.js';
import { routeAxios } from './axios-routes.js';
import { lengthOf, repeatDays } from './day.js';
import { createDurableJournal, type DurableJournal } from './durable-journal.js';
import { createEventLoop, type EventLoop } from './event-loop.js';
import { createIntentBook, type IntentBook } from './intent-book.js';
import { createMishaps, keyOf, type Mishaps } from './mishaps.js';
import { createNetwork, nameOf, type Network } from './network.js';
import type { RehearsalContext } from './rehearsal-program.js';
import type { RehearsalFacts } from './invariants.js';
import type { RequestPlace } from './rehearsal-event.js';
import { type CancelWatch, createCancelWatch } from './cancel-watch.js';
import type { ResolvedRehearsal } from './rehearsal-options.js';
import { journalThatReports, listenTo, noteSent } from './observe.js';
import { checkReport, createSpinGuard, ProgramExit, programClock } from './program-guards.js';
import { createRepeatWatch, type RepeatWatch } from './repeated-orders.js';
import { createTrace, type Trace } from './trace.js';
import { collectUncaught } from './uncaught.js';
import { enterWorldTime } from './world-time.js';

/** A finished call of the program under a policy of this library. */
export interface RehearsedCall {
  readonly atMs: number;
  readonly operation: string;
  readonly outcome: CallSettled['outcome'];
  readonly durationMs: number;
}

/** Client, network, exchange and clock of one rehearsal. */
export interface World {
  readonly loop: EventLoop;
  readonly simulation: Simulation;
  readonly network: Network;
  readonly mishaps: Mishaps;
  readonly journal: DurableJournal;
  readonly book: IntentBook;
  readonly repeats: RepeatWatch;
  readonly cancels: CancelWatch;
  readonly trace: Trace;
  readonly calls: readonly RehearsedCall[];
  /** The client order ids in a request. */
  readonly idsOf: (place: RequestPlace) => readonly string[];
  /** What the program threw outside any handler. */
  readonly uncaught: RehearsalFacts['errors'];
  /** The addresses to which it tried to connect by other means than axios. */
  readonly blocked: readonly string[];
  /** How many requests it sent to the exchange. */
  readonly sentRequests: () => number;
  readonly lengthMs: number;
  /** Starts a life of the program: its context and its owner. `ended`: called when it has ended its process. */
  begin(crashes: number, ended: () => void): Life;
  /** Changes the system clock. */
  step(ms: number): void;
  /** Restores the real time. */
  leave(): void;
}

/** The program from its start to its end or crash. */
export interface Life {
  /** Its identity in the world. */
  readonly owner: object;
  readonly context: RehearsalContext;
  /** Ends it: nothing that it waits for will arrive. */
  end(): void;
}

// Far in the future, so that a printed date is obviously not today's.
const epochMs = Date.UTC(2030, 0, 1);
const url = 'http://exchange.test';

/** Switches the process to the world of a rehearsal. */
export function enterWorld(options: ResolvedRehearsal, axios: typeof Axios): World {
  const { days, exchange: exchangeOptions, scenario, seed } = options;
  const loop = createEventLoop();
  const nowMs = (): number => loop.nowMs;
  const trace = createTrace(nowMs);
  const exchangeOwner = {};
  const clockFor = (owner: object): Clock => ({
    now: () => epochMs + loop.nowMs,
    setTimeout: (fn, ms) => loop.set(fn, ms, owner),
    clearTimeout: (handle) => loop.clear(handle),
  });
  const whole = repeatDays(scenario, days);
  const resolved = resolveExchangeOptions({
    ...exchangeOptions,
    scenario: whole,
    seed,
    clock: clockFor(exchangeOwner),
  });
  const plan = new FaultPlan(whole, seed);
  const lengthMs = lengthOf(plan.phases.at(-1)?.untilMs, days);
  const mishaps = createMishaps({ seed, scenario, plan, days, lengthMs, nowMs });
  let place: RequestPlace = { request: '', nth: 0 };
  let isCopy = false;
  const repeats = createRepeatWatch(nowMs);
  const cancels = createCancelWatch(nowMs);
  const placeOf = new WeakMap<SimulatedRequest, RequestPlace | undefined>();
  const simulation = createSimulation(
    resolved,
    {
      draw: (traits, sinceStartMs) =>
        isCopy ? { answer: undefined, conditions: [] } : mishaps.atExchange(place, traits, sinceStartMs),
    },
    (request, result) => {
      // A request that is executed at once is not in the map yet.
      const from = placeOf.has(request) ? placeOf.get(request) : isCopy ? undefined : place;
      if (from) repeats.executed(from, result);
    },
  );
  const book = createIntentBook(nowMs, trace.nameOf);
  const journal = createDurableJournal(loop, seed, trace);
  const sends = new Map<string, readonly string[]>();
  const network = createNetwork({
    loop,
    seed,
    network: scenario.network,
    mishaps,
    trace,
    onSend(sent, outgoing, sender) {
      sends.set(keyOf(sent), noteSent(sent, outgoing, book, trace));
      repeats.sent(sent, outgoing, sender);
      cancels.sent(sent, outgoing, sender);
    },
    onEnd(ended, answer) {
      repeats.ended(ended, answer);
      cancels.ended(ended, answer);
    },
    deliver(arrived, copied, incoming, reply, body) {
      place = arrived;
      isCopy = copied;
      const { orders, requests } = simulation;
      const before = { orders: orders.length, requests: requests.length };
      simulation.handler.handle(incoming, reply, body);
      const entry = requests.at(-1);
      if (!entry || requests.length === before.requests) return;
      placeOf.set(entry, copied ? undefined : arrived);
      trace.add(
        `${nameOf(arrived)} ${copied ? 'arrived again' : 'arrived'}${entry.fault ? `, fault: ${entry.fault}` : ''}`,
      );
      // Faults of the exchange do not apply to a copy: it is executed at once.
      if (copied)
        for (const { clientOrderId } of orders.slice(before.orders)) book.get(clientOrderId).copies += 1;
    },
  });

  let owner: object = {};
  let stepMs = 0;
  const uncaught: RehearsalFacts['errors'][number][] = [];
  const blocked: string[] = [];
  let exits = (): void => {};
  const failed = (error: unknown): void => {
    // Including errors of a life that is over, except the one that ended it.
    if (!(error instanceof ProgramExit)) uncaught.push({ atMs: loop.nowMs, error });
  };
  const spin = createSpinGuard(loop);
  const leaveTime = enterWorldTime({
    loop,
    owner: () => owner,
    failed,
    monotonicMs: () => spin(loop.nowMs),
    wallMs: () => spin(epochMs + stepMs + loop.nowMs),
    random: createRandom(`${seed} chance`),
    randomBits: createRandom(`${seed} bits`),
    refuse(address) {
      trace.add(`refused: a connection to ${address}`);
      blocked.push(address);
      const message = `connect ENETUNREACH ${address}: the rehearsal of seed ${seed} has no network except axios, connected to the simulated exchange`;
      return Object.assign(new Error(message), { code: 'ENETUNREACH' });
    },
    exit(code) {
      failed(new Error(`the program ended its process: process.exit(${String(code ?? '')})`));
      exits();
      throw new ProgramExit();
    },
  });
  const calls: RehearsedCall[] = [];
  const stopListening = listenTo({
    callSettled({ durationMs, operation, outcome }) {
      if (operation !== undefined) calls.push({ atMs: loop.nowMs, operation, outcome, durationMs });
    },
    reconcileStarted({ clientOrderId }) {
      if (clientOrderId !== undefined) repeats.lookedAfter(clientOrderId);
    },
  });
  const stopCollecting = collectUncaught(failed);
  const routes = routeAxios(axios);
  const recallOrders = setAsideOrders();

  return {
    loop,
    simulation,
    network,
    mishaps,
    journal,
    book,
    repeats,
    cancels,
    trace,
    calls,
    idsOf: (sent) => sends.get(keyOf(sent)) ?? [],
    uncaught,
    blocked,
    sentRequests: () => sends.size,
    lengthMs,
    begin(crashes, ended) {
      const life = {};
      owner = life;
      // A crash loses what the process knew.
      setAsideOrders();
      exits = ended;
      let isGone = false;
      const adapter = createAxiosAdapter({ axios, network, loop, owner: life, isGone: () => isGone, url });
      routes.use(adapter);
      const day = new AbortController();
      loop.set(() => day.abort(new Error('The day is over')), Math.max(0, lengthMs - loop.nowMs), day);
      const context: RehearsalContext = {
        exchange: { url, credentials: resolved.credentials },
        axios: axios.default.create({ baseURL: url, adapter }),
        clock: programClock(clockFor(life), failed),
        random: createRandom(`${seed} program ${crashes}`),
        signal: day.signal,
        journal: journalThatReports(journal.open(life), book),
        report(clientOrderId, outcome) {
          checkReport(clientOrderId, outcome);
          if (isGone) return;
          trace.add(`reported ${trace.nameOf(clientOrderId)}: ${outcome}`);
          book.report(clientOrderId, outcome);
        },
        log(text) {
          if (!isGone) trace.add(`log: ${text}`);
        },
        crashes,
      };
      return {
        owner: life,
        context,
        end() {
          isGone = true;
          // Its day no longer ends, and none of its listeners is called.
          for (const one of [life, day]) loop.drop(one);
          network.drop(life);
        },
      };
    },
    step(ms) {
      stepMs += ms;
    },
    leave() {
      leaveTime();
      stopCollecting();
      stopListening();
      routes.leave();
      recallOrders();
    },
  };
}
