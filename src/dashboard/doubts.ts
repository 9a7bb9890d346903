import { isWEEXError } from '../errors/index.js';
import { tellable } from '../observability/error-facts.js';
import type { CallFacts } from '../observability/events.js';
import { listen } from '../observability/listen.js';
import type { DoubtState } from './dashboard-state.js';

const capacity = 100;
const withoutId = 'Look for it at the exchange by symbol and time before you send it again.';
const withId = 'Look it up at the exchange by its id before you send it again.';
const lookingUp = 'Nothing to do yet: the library is looking it up.';

interface OrderFacts extends CallFacts {
  readonly clientOrderId?: string | undefined;
}

/** The calls with unknown outcome, as far as this process has seen. */
export class Doubts {
  readonly stop: () => void;
  readonly #doubts: Map<string, DoubtState> = new Map();
  #forgotten = 0;

  constructor(now: () => number) {
    this.stop = listen({
      reconcileStarted: (event) => this.#note(event, 'looking-up', event.error, now()),
      reconcileSettled: (event) => {
        if (event.outcome === 'unknown') this.#note(event, 'unknown', event.error, now());
        else this.#doubts.delete(keyOf(event));
      },
      outcomeUnknown: (event) => this.#note(event, 'unknown', event.error, now()),
      orderSettled: (event) => {
        if (event.verdict === 'unknown') this.#note(event, 'unknown', undefined, now());
        else this.#doubts.delete(keyOf(event));
      },
    });
  }

  /** The number of doubts that are no longer remembered. */
  get forgotten(): number {
    return this.#forgotten;
  }

  state(): DoubtState[] {
    return [...this.#doubts.values()];
  }

  #note(event: OrderFacts, state: DoubtState['state'], error: unknown, now: number): void {
    const key = keyOf(event);
    const known = this.#doubts.get(key);
    const said = saidBy(error);
    const symbol = said.symbol ?? known?.symbol;
    const general = event.clientOrderId === undefined ? withoutId : withId;
    const before = known?.state === 'unknown' ? known.advice : general;
    this.#doubts.set(key, {
      ...(event.clientOrderId === undefined ? {} : { clientOrderId: tellable(event.clientOrderId) }),
      operation: tellable(event.operation ?? event.policy),
      ...(symbol === undefined ? {} : { symbol }),
      since: known?.since ?? now,
      state,
      advice: state === 'unknown' ? (said.advice ?? before) : lookingUp,
    });
    if (this.#doubts.size <= capacity) return;
    // A doubt that is being looked up is reported again if it stays unknown.
    const searched = [...this.#doubts].find(([, doubt]) => doubt.state === 'looking-up')?.[0];
    const oldest = searched ?? this.#doubts.keys().next().value;
    if (oldest !== undefined) this.#doubts.delete(oldest);
    if (searched === undefined) this.#forgotten += 1;
  }
}

function keyOf({ callId, clientOrderId }: OrderFacts): string {
  return clientOrderId === undefined ? `call ${callId}` : `id ${clientOrderId}`;
}

/** What an error says about the order. */
function saidBy(error: unknown): { advice?: string; symbol?: string } {
  if (!isWEEXError(error) || error.kind !== 'outcome-unknown') return {};
  const { advice, symbol } = error.context;
  return {
    ...(typeof advice === 'string' ? { advice: tellable(`${advice}.`) } : {}),
    ...(typeof symbol === 'string' ? { symbol: tellable(symbol) } : {}),
  };
}
