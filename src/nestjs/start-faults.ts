import { faultsOf, type OptionFault, throwFaults } from '../core/options/check-options.js';

/** Collects everything that keeps an application from starting, to tell it at once. */
export class StartFaults {
  readonly #faults: OptionFault[] = [];

  add(text: string, isWrongType = false): void {
    this.#faults.push({ option: '', text, isWrongType });
  }

  /** Does something that may throw, and keeps what is wrong with the option at `path`. */
  try(path: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      const { message } = error as Error;
      const faults = faultsOf(error) ?? [{ text: message, isWrongType: error instanceof TypeError }];
      for (const { text, isWrongType } of faults) this.add(`${path}: ${text}`, isWrongType);
    }
  }

  /** @throws TypeError where something has the wrong type, else RangeError, if there is any fault. */
  raise(): void {
    throwFaults('start ResilienceModule', this.#faults);
  }
}
