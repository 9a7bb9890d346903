import * as v from 'valibot';
import { isObject, kindWithoutOptions, knownOptions, type OptionTable } from './option-table.js';

/** One fault in the given options. */
export interface OptionFault {
  /** The path of the option, such as `retry.maxRetries`; empty for the options as a whole. */
  readonly option: string;
  /** The sentence about it, including the option's name. */
  readonly text: string;
  /** Whether a name or a type is wrong, not only a value. */
  readonly isWrongType: boolean;
}

/**
 * Returns a plain copy of options, each of them read once: own ones, inherited ones, and values computed by getters
 * of a class. So the checked values are the used values.
 *
 * @throws TypeError or RangeError that lists every fault, the value received and what is allowed.
 */
export function checkOptions<Options>(
  table: OptionTable<Options>,
  given: unknown,
  subject: string,
  more: (options: Options) => readonly OptionFault[] = () => [],
): Options {
  const { faults, options } = readByTable(table, given);
  throwFaults(subject, [...faults, ...(isObject(options) ? more(options) : [])]);
  return options;
}

/** Reads options by a table; returns them with all faults. */
export function readByTable<Options>(
  table: OptionTable<Options>,
  given: unknown,
): { readonly faults: OptionFault[]; readonly options: Options } {
  try {
    const { issues = [], output } = v.safeParse(table, given);
    return { faults: issues.map(faultOf), options: output as Options };
  } catch (error) {
    // A getter or a proxy threw.
    const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { faults: [optionFault('', problem)], options: {} as Options };
  }
}

/** Creates a fault of an option. */
export function optionFault(option: string, problem: string, isWrongType = true): OptionFault {
  return { option, text: `${option || 'options'} ${problem}`, isWrongType };
}

/** Creates the fault for an unknown option. */
export function unknownOption(option: string, known: readonly string[]): OptionFault {
  return { option, text: `unknown option "${option}"${knownOptions(option, known)}`, isWrongType: true };
}

function faultOf(issue: v.BaseIssue<unknown>): OptionFault {
  const { input, message, type } = issue;
  const option = v.getDotPath(issue) ?? '';
  if (type === 'raw_check')
    return { option, text: `unknown option "${option}"${message}`, isWrongType: true };
  const isMissing = message === 'is required' && option !== '';
  const problem = isMissing
    ? message
    : `${message.replace('is required', 'must be an object')}, received ${describeValue(input)}`;
  return optionFault(option, problem, issue.kind === 'schema');
}

// Recognised across copies of this package.
const faultsKey = Symbol.for('weex-resilience/option-faults');

/** Throws one error for all faults, if any: a `TypeError` if a name or type is wrong, otherwise a `RangeError`. */
export function throwFaults(subject: string, faults: readonly OptionFault[]): void {
  if (faults.length === 0) return;
  const texts = faults.map(({ text }) => text);
  const list = texts.length === 1 ? ` ${texts[0]}` : `\n- ${texts.join('\n- ')}`;
  const Type = faults.some(({ isWrongType }) => isWrongType) ? TypeError : RangeError;
  throw Object.defineProperty(new Type(`Cannot ${subject}:${list}`), faultsKey, { value: faults });
}

/** Runs two checks; if both fail, throws one error with the faults of both. */
export function checkTogether<First, Second>(
  subject: string,
  first: () => First,
  second: () => Second,
): [First, Second] {
  let result: First;
  try {
    result = first();
  } catch (error) {
    const faults = faultsOf(error);
    if (!faults) throw error;
    try {
      second();
    } catch (other) {
      throwFaults(subject, [...faults, ...(faultsOf(other) ?? [])]);
    }
    throw error;
  }
  return [result, second()];
}

/** The faults for which {@link throwFaults} threw an error. */
export function faultsOf(error: unknown): readonly OptionFault[] | undefined {
  return (error as { readonly [faultsKey]?: readonly OptionFault[] })[faultsKey];
}

/** A value as messages show it: its kind, never the contents of an object. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!isObject(value)) return String(value);
  const kind = kindWithoutOptions(value);
  return kind === undefined ? 'an object' : `an object of type ${kind}`;
}
