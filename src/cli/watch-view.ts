import type { DashboardState, FailureState, PolicyState } from '../dashboard/dashboard-state.js';
import { lastMinute, situationOf } from '../dashboard/situation.js';
import { clockTime } from '../dashboard/times.js';

const levels = { calm: 'Calm', watch: 'Watch', act: 'ACT' } as const;
const mostDoubts = 5;
const mostFailures = 5;
const longestMessage = 60;

/** The situation in one line. */
export function situationLine(state: DashboardState): string {
  const { level, sentences } = situationOf(state);
  return plain(`${levels[level]}: ${sentences.join(' ')}`);
}

/** What fits on a screen of a state, line by line. */
export function watchScreen(
  state: DashboardState,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string[] {
  const { level, sentences } = situationOf(state);
  const lines = [
    `${state.title}, process ${state.pid}, ${clockTime(state.at)}`,
    ...sentences.map((sentence, index) => `${(index === 0 ? levels[level] : '').padEnd(6)}${sentence}`),
    '',
    ...figureLines(state),
    ...doubtLines(state),
    ...policyLines(state.policies),
    ...failureLines(state.failures),
  ];
  // A line that wraps, or one too many, would leave the place.
  return lines.slice(0, Math.max(1, rows - 2)).map((text) => shorten(plain(text), columns - 1));
}

function figureLines({ totals, traffic }: DashboardState): string[] {
  const minute = lastMinute(traffic);
  const { calls, failed, ordersExecuted, ordersNotExecuted, ordersUnknown, refused, retries } = totals;
  return [
    `minute  ${minute.calls} calls, ${minute.failed} failed`,
    `in all  ${calls} calls, ${failed} failed, ${retries} retries, ${refused} rejected locally`,
    `orders  ${ordersExecuted} executed, ${ordersNotExecuted} not executed, ${ordersUnknown} left unknown`,
  ];
}

function doubtLines({ doubts, forgottenDoubts }: DashboardState): string[] {
  if (doubts.length === 0) return [];
  // What needs action comes first.
  const sorted = doubts.toSorted(
    (one, other) => Number(other.state === 'unknown') - Number(one.state === 'unknown'),
  );
  const shown = sorted
    .slice(0, mostDoubts)
    .map(({ advice, clientOrderId, operation, since, state, symbol }) => {
      const what = [clientOrderId ?? 'no client order id', operation, ...(symbol ? [symbol] : [])].join(', ');
      return `  ${what}: ${state === 'unknown' ? 'unknown' : 'looked up'} since ${clockTime(since)}. ${advice}`;
    });
  const more = doubts.length + forgottenDoubts - shown.length;
  return ['', 'in doubt', ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function policyLines(policies: readonly PolicyState[]): string[] {
  if (policies.length === 0) return [];
  const figure = (value: number | undefined): string => String(value ?? '');
  const table = [
    ['policy', 'admission', 'running', 'waiting', 'permits', 'cool-down'],
    ...policies.map((policy) => [
      policy.name,
      policy.admission,
      figure(policy.running),
      figure(policy.waiting),
      policy.permits === undefined ? '' : `${figure(policy.permitsUsed)}/${policy.permits}`,
      policy.coolDownMs ? `${Math.ceil(policy.coolDownMs / 1_000)} s` : '',
    ]),
  ];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return [
    '',
    ...table.map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  ];
}

function failureLines(failures: readonly FailureState[]): string[] {
  if (failures.length === 0) return [];
  const shown = failures
    .slice(0, mostFailures)
    .map(({ advice, code, count, last, message, operation, type }) => {
      // Without a code only the message distinguishes two of a class.
      const name = code === undefined ? `${type} "${shorten(message, longestMessage)}"` : `${type} ${code}`;
      return `  ${clockTime(last)}  ${count} times  ${name}, ${operation}. ${advice}`;
    });
  return ['', 'failures', ...shown];
}

/** Text of others without what would steer a terminal. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`;
}
