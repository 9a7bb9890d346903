import * as v from 'valibot';

/** A duration option, from 0 to the longest delay of a timer. */
export const durationMs: v.GenericSchema<unknown, number> = v.pipe(
  v.number('expected a number of milliseconds'),
  v.minValue(0, 'expected milliseconds from 0 to 2147483647'),
  v.maxValue(2 ** 31 - 1, 'expected milliseconds from 0 to 2147483647'),
);

/** A whole number from 0. */
export const amount: v.GenericSchema<unknown, number> = v.pipe(
  v.number('expected a whole number from 0'),
  v.integer('expected a whole number from 0'),
  v.minValue(0, 'expected a whole number from 0'),
);

/** A number from 0 to 1. */
export const share: v.GenericSchema<unknown, number> = v.pipe(
  v.number('expected a number from 0 to 1'),
  v.minValue(0, 'expected a number from 0 to 1'),
  v.maxValue(1, 'expected a number from 0 to 1'),
);

/** A non-empty string. */
export const text: v.GenericSchema<unknown, string> = v.pipe(
  v.string('expected a string'),
  v.nonEmpty('expected a non-empty string'),
);

/** The message of a strict object for an unknown or missing key. */
export const known = (issue: v.StrictObjectIssue | v.LooseObjectIssue): string => {
  if (issue.expected === 'Object') return 'expected an object';
  return issue.expected === 'never' ? 'is an unknown option' : 'is missing';
};

/** One fault in an input, with its place. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Returns the value as the schema transforms it, or what is wrong with it. */
export function check<Output>(
  schema: v.GenericSchema<unknown, Output>,
  value: unknown,
): { readonly output: Output } | { readonly problems: readonly Problem[] } {
  const result = v.safeParse(schema, value);
  if (result.success) return { output: result.output };
  return { problems: result.issues.map(toProblem) };
}

function toProblem(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const tells = !issue.message.startsWith('is ') && issue.received !== 'Object';
  const received = tells ? `, received ${issue.received}` : '';
  return { path, message: `${issue.message}${received}` };
}

/** A fault and its place in one line; the path is written as in code: `phases[1].faults[0].kind`. */
export function problemText({ path, message }: Problem): string {
  const where = path.reduce<string>(
    (written, key) => (typeof key === 'number' ? `${written}[${key}]` : written ? `${written}.${key}` : key),
    '',
  );
  return where ? `${where}: ${message}` : message;
}

/** The error for an input with these faults. */
export function inputError(source: string, problems: readonly string[]): TypeError {
  return new TypeError(`Cannot use ${source}:${problems.map((line) => `\n  ${line}`).join('')}`);
}
