import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { CommanderError } from 'commander';
import { PolicyRegistry } from 'weex-resilience';
import type { SimulatedExchange } from 'weex-resilience/testing';
import { axiosName, axiosRetryName, openAxiosMarket, openAxiosRetryMarket } from './axios-market.js';
import { CallStatistics } from './call-statistics.js';
import { openClientMarket } from './client-market.js';
import { closingLines, closingTable } from './closing-table.js';
import { type Day, runDay } from './day.js';
import { showLive } from './live-view.js';
import { type Options, readOptions, UsageError } from './options.js';
import { reportPage } from './report/report-page.js';

/** Where the program runs. */
export interface Surroundings {
  readonly output: NodeJS.WriteStream;
  readonly err: (text: string) => void;
  /** Aborts when the user has seen enough. */
  readonly signal: AbortSignal;
}

/**
 * Runs the program and gives its exit status: 0 when every order stands as it was reported, 1 when one does not,
 * 2 when the program was asked for something that it cannot do, 130 when it was interrupted.
 */
export async function runProgram(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args, surroundings.err);
  } catch (error) {
    // Commander has written its own message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UsageError)) throw error;
    surroundings.err(`${error.message}\n`);
    return 2;
  }
  return tradeTheDay(options, surroundings);
}

async function tradeTheDay(options: Options, { err, output, signal }: Surroundings): Promise<number> {
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
  if (!statistics) throw new Error('The day never began');

  print(`\n${closingTable(day, statistics)}\n\n${closingLines(day, others)}`);
  await writeFile(report, reportPage({ seed, scenario: scenario.name, day, others, statistics }));
  print(`\nReport: ${pathToFileURL(report).href}`);
  return exitStatus(day, signal, err);
}

function exitStatus({ audit }: Day, signal: AbortSignal, err: (text: string) => void): number {
  for (const sentence of audit.broken) err(`Broken: order ${sentence}\n`);
  if (signal.aborted) return 130;
  return audit.broken.length === 0 ? 0 : 1;
}

// As long as the client's own attempts may take, so that all wait alike.
const timeoutMs = 5_000;

function axiosOptions({ credentials, url }: SimulatedExchange): Parameters<typeof openAxiosMarket>[0] {
  return { url, credentials, timeoutMs };
}
