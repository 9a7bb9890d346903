import { createFakeClock, type FakeClock } from '../../src/testing/index.js';
import { type Answer, Trader } from '../otel/trading.js';

type Meets = Partial<Record<'ticker' | 'order' | 'lookup', Answer>>;

/** A program under policies that meets what it is told to, on a clock of its own. */
export class TroubledProgram {
  readonly clock: FakeClock = createFakeClock();
  readonly #trader = new Trader(this.clock);

  /** So many prices and orders, one after the other. */
  async meet(meets: Meets, { rounds = 1, everyMs = 60_000 } = {}): Promise<void> {
    const fine = { ticker: 'fine', order: 'fine', lookup: 'fine', tookMs: 200 } as const;
    this.#trader.next = { ...fine, ...meets };
    for (let round = 0; round < rounds; round += 1) {
      void this.#trader.ticker();
      void this.#trader.order();
      await this.clock.advance(everyMs);
    }
  }

  /** Orders of which nobody can tell what became of them, an open circuit, and a cool-down that lasts. */
  async meetEverything(): Promise<void> {
    await this.meet({}, { rounds: 5 });
    await this.meet({ order: 'lost', lookup: 'down' });
    await this.meet({ order: 'down' }, { rounds: 6, everyMs: 2_000 });
    await this.meet({ ticker: 'ban' }, { everyMs: 500 });
  }
}
