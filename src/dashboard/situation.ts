import type { DashboardState, PolicyState, TrafficState } from './dashboard-state.js';

/** The situation, in a word and in sentences that change only when something does. */
export interface Situation {
  /** `'act'`: a person has to do something. `'watch'`: something is wrong, and the library is handling it. */
  readonly level: 'calm' | 'watch' | 'act';
  readonly sentences: readonly string[];
}

/**
 * The page says that calls fail from this share of failed calls on, if there were at least this many in the last
 * minute.
 */
const failing = { share: 0.1, calls: 5 };

/** What an operator has to know first. */
export function situationOf(state: DashboardState): Situation {
  const { coordinatorLostAt, doubts, policies, traffic } = state;
  const unknown = doubts.filter((doubt) => doubt.state === 'unknown').length + state.forgottenDoubts;
  const lookedUp = doubts.length + state.forgottenDoubts - unknown;
  const acts =
    unknown === 0
      ? []
      : [
          `Money may be at risk: it is not known whether ${counted(unknown, 'order or call', 'orders or calls')} took effect.`,
        ];
  const watches = [
    ...(lookedUp === 0 ? [] : ['The library is looking up what became of orders.']),
    ...admissionSentence(policies, ['isolated'], 'isolated by hand'),
    ...admissionSentence(policies, ['open', 'half-open'], 'not closed'),
    ...coolDownSentence(policies),
    ...failingSentence(traffic),
    ...(coordinatorLostAt === undefined ? [] : ['The processes of this account cannot reach each other.']),
  ];
  if (acts.length > 0) return { level: 'act', sentences: [...acts, ...watches] };
  if (watches.length > 0) return { level: 'watch', sentences: watches };
  const sentence = state.totals.calls === 0 ? 'No call under a policy so far.' : 'Nothing is wrong.';
  return { level: 'calm', sentences: [sentence] };
}

/** Calls of the last minute, and how many of them failed. */
export function lastMinute({ calls, stepMs }: TrafficState): {
  readonly calls: number;
  readonly failed: number;
} {
  const bins = calls.slice(-60_000 / stepMs);
  const failed = bins.reduce((sum, bin) => sum + bin.failed, 0);
  return { calls: bins.reduce((sum, bin) => sum + bin.succeeded + bin.aborted, failed), failed };
}

function admissionSentence(
  policies: readonly PolicyState[],
  admissions: readonly string[],
  what: string,
): string[] {
  const names = policies.filter(({ admission }) => admissions.includes(admission)).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `${names.length === 1 ? 'A circuit' : 'Circuits'} of ${listed(names)} ${names.length === 1 ? 'is' : 'are'} ${what}.`,
  ];
}

function coolDownSentence(policies: readonly PolicyState[]): string[] {
  const names = policies.filter(({ coolDownMs = 0 }) => coolDownMs > 0).map(({ name }) => name);
  return names.length === 0 ? [] : [`${listed(names)} ${names.length === 1 ? 'is' : 'are'} in a cool-down.`];
}

function failingSentence(traffic: TrafficState): string[] {
  const { calls, failed } = lastMinute(traffic);
  return calls >= failing.calls && failed >= calls * failing.share
    ? ['More than one call in ten failed in the last minute.']
    : [];
}

function listed(names: readonly string[]): string {
  return names.length < 3 ? names.join(' and ') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
