import { isWEEXError, onResilienceEvent } from 'weex-resilience';

/** The counts of one method of the client. */
export interface MethodCounts {
  readonly operation: string;
  readonly policy: string;
  calls: number;
  succeeded: number;
  failed: number;
  retries: number;
  /** Attempts that failed or were refused by the library itself, by the kind of the error. */
  readonly failures: Map<string, number>;
}

/** A change of the circuit of a policy. */
export interface CircuitChange {
  readonly atMs: number;
  readonly policy: string;
  readonly state: 'closed' | 'open' | 'half-open';
}

/** How many calls were in progress at a moment, and how many of these were waiting. */
export interface LoadSample {
  readonly atMs: number;
  readonly underWay: number;
  /** In a queue, in a cool-down, between two attempts, or while an order is looked up. */
  readonly waiting: number;
}

const sampleEveryMs = 250;

/** Counts what the library does, from the events that it publishes. */
export class CallStatistics {
  readonly methods: Map<string, MethodCounts> = new Map();
  readonly circuitChanges: CircuitChange[] = [];
  readonly load: LoadSample[] = [];
  readonly #elapsedMs: () => number;
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #running: Map<number, number> = new Map();

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
    this.#stopListening = this.#listen();
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs);
  }

  stop(): void {
    this.#stopListening();
    clearInterval(this.#timer);
  }

  /** The methods of the client by name, without the lookups that run under a policy of their own. */
  clientMethods(): MethodCounts[] {
    const methods = [...this.methods.values()].filter(({ policy }) => policy.startsWith('contract.'));
    return methods.toSorted((a, b) => a.operation.localeCompare(b.operation));
  }

  /** How often the circuits of a policy opened. */
  openingsOf(policy: string): number {
    return this.circuitChanges.filter((change) => change.policy === policy && change.state === 'open').length;
  }

  #listen(): () => void {
    const stops = [
      onResilienceEvent('callStarted', (event) => {
        this.#method(event).calls += 1;
        this.#running.set(event.callId, 0);
      }),
      onResilienceEvent('callSettled', (event) => {
        if (event.outcome === 'success') this.#method(event).succeeded += 1;
        if (event.outcome === 'failure') this.#method(event).failed += 1;
        this.#running.delete(event.callId);
      }),
      onResilienceEvent('attemptStarted', ({ callId }) => this.#running.set(callId, 1)),
      onResilienceEvent('attemptSettled', (event) => {
        // A call may end before the attempt that it gave up.
        if (this.#running.has(event.callId)) this.#running.set(event.callId, 0);
        if (event.outcome === 'failure') countFailure(this.#method(event), event.error);
      }),
      onResilienceEvent('callRefused', (event) => countFailure(this.#method(event), event.error)),
      onResilienceEvent('retryScheduled', (event) => (this.#method(event).retries += 1)),
      onResilienceEvent('circuitOpened', (event) => this.#changeCircuit(event, 'open')),
      onResilienceEvent('circuitHalfOpened', (event) => this.#changeCircuit(event, 'half-open')),
      onResilienceEvent('circuitClosed', (event) => this.#changeCircuit(event, 'closed')),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #method({ operation, policy }: { readonly operation?: string | undefined; policy: string }): MethodCounts {
    const name = operation ?? policy;
    let counts = this.methods.get(name);
    if (!counts) {
      const none = { calls: 0, succeeded: 0, failed: 0, retries: 0 };
      this.methods.set(name, (counts = { operation: name, policy, ...none, failures: new Map() }));
    }
    return counts;
  }

  #changeCircuit({ policy }: { readonly policy: string }, state: CircuitChange['state']): void {
    this.circuitChanges.push({ atMs: this.#elapsedMs(), policy, state });
  }

  #sample(): void {
    const running = [...this.#running.values()].reduce((sum, attempts) => sum + attempts, 0);
    const underWay = this.#running.size;
    this.load.push({ atMs: this.#elapsedMs(), underWay, waiting: underWay - running });
  }
}

function countFailure({ failures }: MethodCounts, error: unknown): void {
  const kind = isWEEXError(error) ? error.kind : 'unknown';
  failures.set(kind, (failures.get(kind) ?? 0) + 1);
}
