import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { CommanderError } from 'commander';
import { PolicyRegistry } from 'weex-resilience';
import { type Dashboard, serveDashboard } from 'weex-resilience/dashboard';
import type { SimulatedExchange } from 'weex-resilience/testing';
import { axiosName, axiosRetryName, openAxiosMarket, openAxiosRetryMarket } from './axios-market.js';
import { CallStatistics } from './call-statistics.js';
import { openClientMarket } from './client-market.js';
import { closingLines, closingTable } from './closing-table.js';
import { type Day, runDay } from './day.js';
import { showLive } from './live-view.js';
import { type Options, readOptions, UsageError } from './options.js';
import { rehearsalLines } from './rehearsal-lines.js';
import { rehearseDays } from './rehearse-days.js';
import type { RehearsedDay } from './rehearsed-day.js';
import { reportPage } from './report/report-page.js';

/** The surroundings in which the program runs. */
export interface Surroundings {
  readonly output: NodeJS.WriteStream;
  readonly err: (text: string) => void;
  /** The file of this program, which also runs on each rehearsing thread. */
  readonly program: URL;
  /** Aborts when the user interrupts the program. */
  readonly signal: AbortSignal;
}

/**
 * Runs the program and returns its exit status: 0 if every order is as it was reported, 1 if one is not, 2 if the
 * program was used wrongly, 130 if it was interrupted.
 */
export async function runProgram(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args, surroundings.err);
  } catch (error) {
    // Commander has written its own message, or the help text.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UsageError)) throw error;
    surroundings.err(`${error.message}\n`);
    return 2;
  }
  let dashboard: Dashboard | undefined;
  try {
    dashboard = await watched(options, surroundings);
  } catch (error) {
    surroundings.err(`${(error as Error).message}\n`);
    return 2;
  }
  try {
    return await tradeTheDay(options, surroundings);
  } finally {
    await dashboard?.close();
  }
}

/** Starts the live page, if requested. It ends with the program. */
async function watched(
  { scenario, seed, watch }: Options,
  { output }: Surroundings,
): Promise<Dashboard | undefined> {
  if (!watch) return undefined;
  const dashboard = await serveDashboard({ port: watch.port, title: `${scenario.name}, seed ${seed}` });
  output.write(`Live page: ${dashboard.url}\n`);
  return dashboard;
}

async function tradeTheDay(options: Options, surroundings: Surroundings): Promise<number> {
  const { err, output, signal } = surroundings;
  const { report, scenario, seed } = options;
  const registry = new PolicyRegistry();
  let statistics: CallStatistics | undefined;
  let stopShowing = (): void => {};
  const shared = { scenario, seed, signal };
  const print = (text: string): void => void output.write(`${text}\n`);

  const [day, ...others] = await Promise.all([
    runDay({
      ...shared,
      name: 'weex-resilience',
      openMarket: (exchange) => openClientMarket(exchange, registry),
      onStart: (running) => {
        print(`Simulated WEEX at ${running.exchange.url}: scenario ${scenario.name}, seed ${seed}`);
        statistics = new CallStatistics(running.elapsedMs);
        stopShowing = showLive({ day: running, statistics, registry, output });
      },
    }),
    runDay({ ...shared, name: axiosRetryName, openMarket: (e) => openAxiosRetryMarket(axiosOptions(e)) }),
    runDay({ ...shared, name: axiosName, openMarket: (e) => openAxiosMarket(axiosOptions(e)) }),
  ]).finally(() => {
    stopShowing();
    statistics?.stop();
  });
  if (!statistics) throw new Error('The day never started');

  print(`\n${closingTable(day, statistics)}\n\n${closingLines(day, others)}`);
  const rehearsed = await rehearseIt(options, surroundings);
  const page = reportPage({ seed, scenario: scenario.name, day, others, statistics, rehearsed });
  await writeFile(report, page);
  print(`\nReport: ${pathToFileURL(report).href}`);
  return exitStatus(day, rehearsed, signal, err);
}

/** Rehearses the same day in virtual time, over many seeds. */
async function rehearseIt(
  { rehearse: count, scenario, seed }: Options,
  { output, program, signal }: Surroundings,
): Promise<readonly RehearsedDay[]> {
  if (signal.aborted || count === 0) return [];
  const startedAt = performance.now();
  const show = (text: string): void => void (output.isTTY && output.write(`\r${text}`));
  const onDay = (done: number): void => show(`Rehearsing the same day: seed ${done} of ${count}`);
  const days = await rehearseDays({ program, scenario, seed, count, signal, onDay });
  show('\u001b[2K');
  output.write(`\n${rehearsalLines(days, performance.now() - startedAt)}\n`);
  return days;
}

function exitStatus(
  { audit }: Day,
  rehearsed: readonly RehearsedDay[],
  signal: AbortSignal,
  err: (text: string) => void,
): number {
  const broken = [
    ...audit.broken.map((sentence) => `order ${sentence}`),
    ...rehearsed
      .filter(({ duplicates, wronglyReported }) => duplicates + wronglyReported > 0)
      .map(
        ({ duplicates, seed, wronglyReported }) =>
          `seed ${seed} rehearsed: ${duplicates} second orders, ${wronglyReported} not as reported`,
      ),
  ];
  for (const sentence of broken) err(`Broken: ${sentence}\n`);
  if (signal.aborted) return 130;
  return broken.length === 0 ? 0 : 1;
}

// The timeout of the client's own attempts, so that all clients wait equally long.
const timeoutMs = 5_000;

function axiosOptions({ credentials, url }: SimulatedExchange): Parameters<typeof openAxiosMarket>[0] {
  return { url, credentials, timeoutMs };
}
