import { createHash } from 'node:crypto';
import { setInstanceRegistry } from '../decorators/index.js';
import { checkOptions, checkTogether, optionFault } from '../core/options/check-options.js';
import { anything, hasMethods, option, type OptionRules, optionTable } from '../core/options/option-table.js';
import { readOptions } from '../core/options/read-options.js';
import { type IntentJournal, type RecoveredIntent, weexVenues } from '../orders/index.js';
import { checkOrderSafety } from '../orders/check-order-safety.js';
import type { Coordinator } from '../policies/options/coordinator.js';
import { PolicyRegistry } from '../policies/policy-registry.js';
import { ApiSymbols } from './api-symbols.js';
import { defineClientPolicies } from './client-policies.js';
import { type ClientState, setClientState } from './client-state.js';
import { journalSections, type JournalSections } from './journal-section.js';
import { ContractClient } from './contract-client.js';
import { contractEndpoints } from './contract-endpoints.js';
import type { Endpoint, Market } from './endpoint.js';
import { KnownAbsences } from './known-absences.js';
import { defaultReconcileDeadlineMs } from './lookup-policy.js';
import { askTime } from './ask-time.js';
import { OpenCalls, closed } from './open-calls.js';
import { contractGapReader, spotGapReader } from './gap-reader.js';
import { OrderStream } from './order-stream.js';
import { type OrderStreamOptions, resolveStreamOptions } from './order-stream-options.js';
import { type RecoveredOrder, recoverOrders } from './recover-orders.js';
import { RestSession } from './rest-session.js';
import { SpotClient } from './spot-client.js';
import { spotEndpoints } from './spot-endpoints.js';
import { Sightings } from './sightings.js';
import type { CallOptions } from './types.js';
import { configNames, WeexConfig, type WeexConfigOptions } from './weex-config.js';

/** Options of a client apart from its credentials and hosts. */
export interface WeexClientBehavior {
  /**
   * The registry of the client's policies. Policies that it does not define yet are defined in it. Default: a new
   * registry.
   */
  readonly registry?: PolicyRegistry | undefined;
  /**
   * Shares the limits and cool-downs of the client across processes, like `createRedisCoordinator` of
   * `weex-resilience/redis`. Not with `registry`: pass it to the registry instead.
   */
  readonly coordinator?: Coordinator | undefined;
  /**
   * The journal in which orders are recorded before they are sent, so that `recoverIntents` can determine the
   * outcome of each after a crash. Default: none.
   */
  readonly journal?: IntentJournal | undefined;
  /**
   * The patience before an order that cannot be seen counts as not placed: the wait before each lookup in
   * milliseconds, from 0 to 2^31 − 1; a number is a list of one. Default: what the market needs, 4,250 in total if
   * the request was answered with a status of 4xx, otherwise 34,250, and more if the clock was ahead of the
   * exchange's.
   */
  readonly settleMs?: number | readonly number[] | undefined;
  /**
   * How long it may take in total to determine the outcome of an order, in milliseconds. Default 75,000, or more if
   * `settleMs` is longer.
   */
  readonly reconcileDeadlineMs?: number | undefined;
}

/** Credentials, hosts and behaviour of a client. */
export interface WeexClientOptions extends WeexConfigOptions, WeexClientBehavior {}

/** Options of `close`. */
export interface CloseOptions {
  /** How long running calls may take to finish, in milliseconds of at least 0. Default 5,000. */
  readonly graceMs?: number | undefined;
}

// The journal and the times are checked like those of any order safety.
const behaviorRules: OptionRules<WeexClientBehavior> = {
  registry: option('a PolicyRegistry', hasMethods('define')),
  coordinator: anything,
  journal: anything,
  settleMs: anything,
  reconcileDeadlineMs: anything,
};
const behaviorNames = Object.keys(behaviorRules);
const behaviorTable = optionTable(behaviorRules);

/**
 * A client of the V3 API whose methods run under policies of this library: `client.spot` and `client.contract`.
 *
 * Each method runs under a policy of the client's registry, named `spot.market`, `contract.orders` and so on, which
 * `registry.get(name).reconfigure(options)` changes. Requests are signed at the moment of sending, again on every
 * attempt. Two clients share nothing, unless they are given the same registry.
 *
 * With a `WeexConfig`, registry, journal and patience are given as the second argument.
 *
 * @throws TypeError when credentials or hosts are missing or malformed, or an option is unknown; it names them, never
 * the value of a secret.
 *
 * @example
 * ```ts
 * import { WeexClient, WeexConfig } from 'weex-resilience/client';
 *
 * const client = new WeexClient(WeexConfig.fromEnv());
 * const { serverTime } = await client.contract.getServerTime();
 * console.log(new Date(serverTime));
 * await client.close();
 * ```
 */
export class WeexClient {
  readonly spot: SpotClient;
  readonly contract: ContractClient;
  readonly registry: PolicyRegistry;
  readonly #config: WeexConfig;
  readonly #sessions: Readonly<Record<Market, RestSession>>;
  readonly #sightings: Readonly<Record<Market, Sightings>> = {
    spot: new Sightings(),
    contract: new Sightings(),
  };
  readonly #streams: Set<OrderStream> = new Set();
  #isClosed = false;
  readonly #state: ClientState;
  readonly #journal: JournalSections | undefined;

  constructor(options: WeexClientOptions);
  constructor(config: WeexConfig, behavior?: WeexClientBehavior);
  constructor(given: WeexClientOptions | WeexConfig, behavior?: WeexClientBehavior) {
    const {
      config,
      registry,
      coordinator,
      journal,
      settleMs,
      reconcileDeadlineMs = defaultReconcileDeadlineMs(settleMs),
    } = optionsOf(given, behavior);
    this.registry = registry ?? new PolicyRegistry({ coordinator });
    const limits = defineClientPolicies(this.registry);
    this.#state = {
      calls: new OpenCalls(),
      settleMs,
      reconcileDeadlineMs,
      coordinator: this.registry.coordinator,
    };
    this.#journal = journal && journalSections(journal);
    const makeSession = (market: Market, time: Endpoint): RestSession =>
      new RestSession({
        config,
        market,
        time,
        askTime: (ask) => askTime(this.registry, market, time, ask),
        now: () => Date.now(),
        limits: limits[market],
      });
    const spot = makeSession('spot', spotEndpoints.getServerTime);
    const contract = makeSession('contract', contractEndpoints.getServerTime);
    this.#config = config;
    this.#sessions = { spot, contract };
    this.spot = new SpotClient(spot);
    this.contract = new ContractClient(contract);
    const markets = { spot: this.spot, contract: this.contract };
    for (const [name, session] of [
      ['spot', spot],
      ['contract', contract],
    ] as const) {
      setInstanceRegistry(markets[name], this.registry);
      setClientState(markets[name], {
        ...this.#state,
        market: name,
        journal: this.#journal?.[name],
        algoJournal: this.#journal?.algo,
        account: accountOf(name, config),
        sightings: this.#sightings[name],
        apiSymbols: new ApiSymbols(() => Date.now()),
        serverNow: () => session.clock.now(),
        absences: new KnownAbsences({
          serverNow: () => session.clock.now(),
          isTimeKnown: () => session.clock.isTold,
          visibleWithinMs: weexVenues[name].visibleWithinMs,
        }),
        venue: { ...weexVenues[name], clockAheadMs: () => session.clock.aheadMs },
      });
    }
  }

  /**
   * Settles the orders that the journal holds open after a crash or an outage: looks each one up and returns whether
   * it was placed. It sends no orders; whether to place again an order that was not placed is your decision.
   *
   * Call it at start, before any order is placed. Other entries of the journal are left alone.
   *
   * @throws TypeError when the client has no journal, and whatever its `open` throws.
   *
   * @example
   * ```ts
   * import { WeexClient, WeexConfig } from 'weex-resilience/client';
   * import { openIntentJournal } from 'weex-resilience/journal';
   *
   * const journal = await openIntentJournal('./journal');
   * const client = new WeexClient(WeexConfig.fromEnv(), { journal });
   * for (const { intent, outcome } of await client.recoverIntents()) {
   *   console.log(intent.clientOrderId, outcome);
   * }
   * ```
   */
  async recoverIntents(options?: CallOptions): Promise<RecoveredIntent<RecoveredOrder>[]> {
    const { calls, settleMs, reconcileDeadlineMs } = this.#state;
    const sections = this.#journal;
    if (!sections) {
      throw new TypeError('Cannot recover intents: the client has no journal; pass one in its options');
    }
    const { spot, contract } = this;
    return calls.run('recoverIntents', [options], () =>
      recoverOrders(sections, { spot, contract, settleMs, reconcileDeadlineMs, signal: calls.starting }),
    );
  }

  /**
   * Opens the private stream of a market. It connects at once and stays open until it or the client is closed.
   *
   * @throws TypeError when an option is not allowed, naming all of them; WEEXRequestError when the client is closed.
   *
   * @example
   * ```ts
   * import { WeexClient, WeexConfig } from 'weex-resilience/client';
   *
   * const client = new WeexClient(WeexConfig.fromEnv());
   * const stream = client.openOrderStream({ market: 'contract' });
   * stream.listen((event) => {
   *   if (event.type === 'order') console.log(event.order.clientOrderId, event.order.status);
   * });
   * await stream.ready();
   * await client.close();
   * ```
   */
  openOrderStream(options: OrderStreamOptions = {}): OrderStream {
    const resolved = resolveStreamOptions(options, this.#config);
    if (this.#isClosed) throw closed('openOrderStream');
    const { market } = resolved;
    const session = this.#sessions[market];
    const stream: OrderStream = new OrderStream({
      ...resolved,
      sign: (isClockDoubted) => session.signHandshake(isClockDoubted),
      sightings: this.#sightings[market],
      reader: market === 'spot' ? spotGapReader(this.spot) : contractGapReader(this.contract),
      serverNow: () => session.clock.now(),
      ended: () => void this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    return stream;
  }

  /**
   * Closes the client: rejects further calls, waits up to `graceMs` (default 5,000) for running ones, ends the
   * rest, and closes the connections, so that the process can exit.
   */
  async close({ graceMs = 5_000 }: CloseOptions = {}): Promise<void> {
    this.#isClosed = true;
    await this.#state.calls.close(graceMs);
    await Promise.all([...this.#streams].map((stream) => stream.close()));
    await Promise.all(Object.values(this.#sessions).map((session) => session.close()));
  }
}

/** Identifies the account, so that two clients of one account recognise it; a digest, because the key is a secret. */
function accountOf(market: Market, { apiKey, baseUrls }: WeexConfig): string {
  return `${market} ${baseUrls[market]} ${createHash('sha256').update(apiKey).digest('hex').slice(0, 16)}`;
}

function optionsOf(
  given: WeexClientOptions | WeexConfig,
  behavior: WeexClientBehavior | undefined,
): WeexClientBehavior & { readonly config: WeexConfig } {
  if (given instanceof WeexConfig) return { ...checkBehavior(behavior ?? {}), config: given };
  if (behavior !== undefined) {
    throw new TypeError(
      'Cannot create a client: a second argument is only allowed after a WeexConfig; put the options into the first one',
    );
  }
  const read = readOptions(given, [...configNames, ...behaviorNames]) as unknown as WeexClientOptions;
  const { registry, coordinator, journal, settleMs, reconcileDeadlineMs, ...config } = read;
  const [own, checked] = checkTogether(
    'create a client',
    () => checkBehavior({ registry, coordinator, journal, settleMs, reconcileDeadlineMs }),
    () => new WeexConfig(config),
  );
  return { ...own, config: checked };
}

function checkBehavior(given: WeexClientBehavior): WeexClientBehavior {
  const behavior = checkOptions(behaviorTable, given, 'create a client', ({ registry, coordinator }) =>
    registry && coordinator
      ? [optionFault('coordinator', 'cannot be combined with registry; pass it to the registry')]
      : [],
  );
  const { journal, settleMs, reconcileDeadlineMs } = behavior;
  const noOrder = { clientOrderId: () => undefined, find: () => undefined };
  checkOrderSafety({ ...noOrder, journal, settleMs, reconcileDeadlineMs });
  return behavior;
}
