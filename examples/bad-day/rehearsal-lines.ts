import type { RehearsedDay } from './rehearsed-day.js';

/** The number of days by the share of wanted orders that they placed. */
export interface Histogram {
  /** The share of the first bin, in percent; each bin is one percent wide. */
  readonly from: number;
  readonly counts: readonly number[];
}

const steps = '▁▂▃▄▅▆▇█';

/** The share of wanted orders that a day placed, in percent. */
function placedShare({ once, wanted }: RehearsedDay): number {
  return wanted === 0 ? 100 : (100 * once) / wanted;
}

/** Counts days by the share that they placed, in bins of one percent. */
export function histogramOf(days: readonly RehearsedDay[]): Histogram {
  const shares = days.map((day) => Math.min(99, Math.floor(placedShare(day))));
  const from = Math.min(99, ...shares);
  const counts = Array.from({ length: 100 - from }, () => 0);
  for (const share of shares) counts[share - from] = (counts[share - from] ?? 0) + 1;
  return { from, counts };
}

/** The days in two lines: their result, and how they differ. */
export function rehearsalLines(days: readonly RehearsedDay[], tookMs: number): string {
  const sum = (of: (day: RehearsedDay) => number): number => days.reduce((total, day) => total + of(day), 0);
  const shares = days.toSorted((left, right) => placedShare(left) - placedShare(right));
  const [worst, median] = [shares[0], shares[Math.floor(shares.length / 2)]];
  if (!worst || !median) return '';
  const { counts, from } = histogramOf(days);
  const most = Math.max(...counts);
  const bars = counts.map((count) =>
    count === 0 ? ' ' : steps[Math.ceil((count / most) * steps.length) - 1],
  );
  return (
    `The same day rehearsed over ${number(days.length)} seeds in ${Math.round(tookMs / 1_000)} s: ` +
    `${number(sum(({ wanted }) => wanted))} orders wanted, ${percent(median)} of them placed once on the median day, ` +
    `${percent(worst)} on the worst (seed ${worst.seed}); ${number(sum(({ duplicates }) => duplicates))} second ` +
    `orders, ${number(sum(({ wronglyReported }) => wronglyReported))} not as reported\n` +
    `  ${from} % ${bars.join('')} 100 %`
  );
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

function percent(day: RehearsedDay): string {
  return `${placedShare(day).toFixed(0)} %`;
}
