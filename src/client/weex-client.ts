import { setInstanceRegistry } from '../decorators/index.js';
import { PolicyRegistry } from '../policies/policy-registry.js';
import { applyLimits, defineClientPolicies } from './client-policies.js';
import { ContractClient } from './contract-client.js';
import { contractEndpoints } from './contract-endpoints.js';
import type { Market } from './endpoint.js';
import { RestSession } from './rest-session.js';
import { SpotClient } from './spot-client.js';
import { spotEndpoints } from './spot-endpoints.js';
import { WeexConfig, type WeexConfigOptions } from './weex-config.js';

/** Credentials and hosts, and the registry whose policies the client uses. */
export interface WeexClientOptions extends WeexConfigOptions {
  /** Default: one of the client's own. Policies that it does not define yet are defined in it. */
  readonly registry?: PolicyRegistry | undefined;
}

const closeGraceMs = 5_000;

/**
 * A client of the V3 API whose methods carry the policies of this library: `client.spot` and `client.contract`.
 *
 * Each method runs under a policy of the client's registry, named `spot.market`, `contract.orders` and so on, which
 * `registry.get(name).reconfigure(options)` changes. Requests are signed at the moment of sending, on every attempt
 * anew. Two clients share nothing, unless they are given the same registry.
 *
 * `close()` refuses further calls, waits up to 5 s for those under way and ends the connections, so that the
 * process can exit.
 *
 * @throws TypeError when credentials or hosts are missing or malformed; it names them, never a value.
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
  readonly #sessions: readonly RestSession[];

  constructor(options: WeexClientOptions | WeexConfig) {
    const config = options instanceof WeexConfig ? options : new WeexConfig(options);
    this.registry = ('registry' in options ? options.registry : undefined) ?? new PolicyRegistry();
    defineClientPolicies(this.registry);
    const session = (market: Market, timePath: string): RestSession =>
      new RestSession({
        config,
        market,
        timePath,
        now: Date.now,
        onLimits: (limits) => applyLimits(this.registry, market, limits),
      });
    const spot = session('spot', spotEndpoints.getServerTime.path);
    const contract = session('contract', contractEndpoints.getServerTime.path);
    this.#sessions = [spot, contract];
    this.spot = new SpotClient(spot);
    this.contract = new ContractClient(contract);
    for (const market of [this.spot, this.contract]) setInstanceRegistry(market, this.registry);
  }

  /** Refuses further calls, waits up to 5 s for those under way, and ends the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close(closeGraceMs)));
  }
}
