import { faultsOf, type OptionFault, throwFaults } from '../core/options/check-options.js';

/** Collects everything that keeps an application from starting, to report it in one error. */
export class StartFaults {
  readonly #faults: OptionFault[] = [];

  add(text: string, isWrongType = false): void {
    this.#faults.push({ option: '', text, isWrongType });
  }

  /** Runs `work` and, if it throws, records what is wrong with the option at `path`. */
  try(path: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      const { message } = error as Error;
      const faults = faultsOf(error) ?? [{ text: message, isWrongType: error instanceof TypeError }];
      for (const { text, isWrongType } of faults) this.add(`${path}: ${text}`, isWrongType);
    }
  }

  /** @throws TypeError if any fault is a wrong type, otherwise RangeError; nothing if there are no faults. */
  raise(): void {
    throwFaults('start ResilienceModule', this.#faults);
  }
}
