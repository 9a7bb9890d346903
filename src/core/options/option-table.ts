import * as v from 'valibot';

/** What an option must be: a valibot schema whose message continues the name of the option. */
export type OptionRule = v.GenericSchema;

/** A rule for each option. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: OptionRule };

/** Reads options by their rules. */
export type OptionTable<Options> = v.GenericSchema<unknown, Options>;

/** The longest delay of a Node timer, in milliseconds. */
export const longestMs: number = 2 ** 31 - 1;

/** An option for which `accepts` must be true; `allowed` continues "must be". */
export function option(allowed: string, accepts: (value: unknown) => boolean): OptionRule {
  return v.custom(accepts, `must be ${allowed}`);
}

type Accepts = (value: unknown) => boolean;

export const isFunction: Accepts = (value) => typeof value === 'function';
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Kinds of objects that cannot hold options: their content would be ignored. */
const noOptions = new Set([
  'Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Date',
  'Promise',
  'RegExp',
  'Error',
  'Boolean',
  'Number',
  'String',
  'Symbol',
  'BigInt',
]);

/** Returns the name of the kind of an object that cannot hold options; `undefined` if it may hold some. */
export function kindWithoutOptions(value: object): string | undefined {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return noOptions.has(kind) ? kind : undefined;
}

/** Whether a value may hold options: any object, including class instances, except a list, a map or a promise. */
export const mayHaveOptions: Accepts = (value) => isObject(value) && kindWithoutOptions(value) === undefined;
export const isOneOf =
  (...values: readonly unknown[]): Accepts =>
  (value) =>
    values.includes(value);
export const hasMethods =
  (...names: readonly string[]): Accepts =>
  (value) =>
    names.every((name) => isFunction((value as Record<string, unknown> | null | undefined)?.[name]));

/** Whether a value is a delay that a timer supports, including 0. */
export const isDelay: Accepts = (value) => typeof value === 'number' && value >= 0 && value <= longestMs;

/** Checked elsewhere, or must not be shown. */
export const anything: OptionRule = v.any();
export const callback: OptionRule = option('a function', isFunction);
export const trueOrFalse: OptionRule = option('true or false', (value) => typeof value === 'boolean');

export function oneOf(...values: readonly string[]): OptionRule {
  return option(`one of ${values.map((value) => `'${value}'`).join(', ')}`, isOneOf(...values));
}

const noObject = option('an object', () => false);

/** A number within bounds, both included. */
export function number(minimum: number, maximum: number, whole: boolean): OptionRule {
  const rule = whole ? 'a whole number' : 'a number';
  const range =
    maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  const message = `must be ${rule} ${range}`;
  const within = (value: number): boolean =>
    value >= minimum && value <= maximum && (!whole || Number.isInteger(value));
  return v.pipe(
    v.custom<number>((value) => typeof value === 'number', message),
    v.check(within, message),
  );
}

/** `false`, or what `rule` allows. */
export function orFalse(rule: OptionRule): OptionRule {
  // The issue inside the object is more helpful than "neither false nor an object".
  return v.lazy((input) => (input === false ? v.literal(false) : rule));
}

/** An object with these options and no others. Options may be left out unless they are required. */
export function optionTable<Options extends object>(
  rules: OptionRules<Options>,
  required: readonly string[] = [],
): OptionTable<Options> {
  const names = Object.keys(rules);
  const entries = names.map((name) => {
    const rule = rules[name as keyof Options];
    return [name, required.includes(name) ? rule : v.optional(rule)] as const;
  });
  const object = v.looseObject(Object.fromEntries(entries), (issue) =>
    issue.input === undefined ? 'is required' : 'must be an object',
  );
  // A strict object of valibot reports only the first unknown option.
  return v.lazy((input) =>
    isObject(input) && !mayHaveOptions(input)
      ? noObject
      : v.pipe(
          object,
          v.rawCheck(({ addIssue }) => {
            for (const key of unknownKeys(input, rules)) {
              const path: [v.UnknownPathItem] = [
                { type: 'unknown', origin: 'key', input, key, value: undefined },
              ];
              addIssue({ message: knownOptions(key, names), path });
            }
          }),
        ),
  ) as v.GenericSchema as OptionTable<Options>;
}

function unknownKeys(input: unknown, rules: object): string[] {
  const keys: string[] = [];
  // Inherited ones too; non-enumerable properties belong to the implementation of a class.
  if (isObject(input)) for (const key in input) if (!Object.hasOwn(rules, key)) keys.push(key);
  return keys;
}

/** The text after the name of an unknown option. */
export function knownOptions(name: string, known: readonly string[]): string {
  const [near] = known
    .map((other) => ({ other, letters: distance(other.toLowerCase(), name.toLowerCase()) }))
    .filter(({ letters }) => letters <= Math.max(2, name.length * 0.45))
    .toSorted((left, right) => left.letters - right.letters);
  return `${near ? ` (did you mean "${near.other}"?)` : ''}; expected one of ${known.join(', ')}`;
}

/** How many letters must be changed, added or removed to turn one word into the other. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
