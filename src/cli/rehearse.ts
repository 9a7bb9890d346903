import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { builtInScenarios } from '../testing/index.js';
import { rehearsalPage } from './rehearse-page.js';
import { rehearseSeeds } from './rehearse-pool.js';
import { failureText, summaryText } from './rehearse-report.js';
import type { SeedResult } from './rehearse-seed.js';
import { summarize } from './rehearse-summary.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

interface RehearseFlags {
  readonly seeds: number;
  readonly from: number;
  readonly days: number;
  readonly scenario: string;
  readonly workers: number;
  readonly shrink: number;
  readonly report: string;
}

/** Failures that are printed in full; all of them are on the page. */
const mostPrinted = 3;

/** The command `rehearse`. `fail` is called when an invariant is broken. */
export function rehearseCommand(terminal: Terminal, fail: () => void): Command {
  return new Command('rehearse')
    .description('run a program through seeded bad days in virtual time, and say what did not hold')
    .argument('<program>', 'a module that exports a function called run, or one as its default')
    .option('-n, --seeds <number>', 'how many seeds', positive, 200)
    .option('--from <number>', 'the first seed', natural, 1)
    .option('-d, --days <number>', 'days a seed', positive, 1)
    .option(
      '-s, --scenario <name or file>',
      'bad-year, a built-in scenario, or a YAML or JSON file',
      'bad-year',
    )
    .option('-w, --workers <number>', 'threads', positive, availableParallelism())
    .option('--shrink <runs>', 'how often a failure may be run again to make it shorter', natural, 200)
    .option('-r, --report <file>', 'where the page in HTML goes', 'rehearsal.html')
    .action((bot: string, flags: RehearseFlags) => rehearseBot(bot, flags, terminal, fail));
}

async function rehearseBot(
  bot: string,
  flags: RehearseFlags,
  terminal: Terminal,
  fail: () => void,
): Promise<void> {
  const { days, from, report, seeds, workers } = flags;
  const scenario = await scenarioOf(flags.scenario);
  const startedAt = performance.now();
  const results: SeedResult[] = [];
  terminal.out(`Rehearsing ${bot}: scenario ${flags.scenario}, seeds ${from} to ${from + seeds - 1}\n\n`);
  let printed = 0;
  await rehearseSeeds({
    bot,
    scenario,
    days,
    shrinkRuns: flags.shrink,
    workers: Math.min(workers, seeds),
    seeds: Array.from({ length: seeds }, (_, index) => from + index),
    onResult(result) {
      results.push(result);
      if (!result.failure || printed >= mostPrinted) return;
      printed += 1;
      terminal.out(`${failureText(result)}\n`);
    },
  });
  results.sort((left, right) => left.seed - right.seed);
  const summary = summarize(results, days, performance.now() - startedAt);
  terminal.out(`${summaryText(summary)}\n`);
  const page = rehearsalPage({ bot, scenario: flags.scenario, results, summary });
  await writeFile(report, page).catch((error: unknown) => {
    throw new UsageError(`Cannot write ${report}: ${(error as Error).message}`);
  });
  terminal.out(`The page is in ${report}\n`);
  if (summary.broken.size > 0) fail();
}

/** A name as it is; a file as its text. */
async function scenarioOf(nameOrFile: string): Promise<string> {
  if (nameOrFile === 'bad-year' || Object.hasOwn(builtInScenarios, nameOrFile)) return nameOrFile;
  return readFile(nameOrFile, 'utf8').catch((error: unknown) => {
    const names = ['bad-year', ...Object.keys(builtInScenarios)].join(', ');
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw new UsageError(
      `Cannot find the scenario '${nameOrFile}': there is no such file (${String(reason)}), and the built-in ones are ${names}`,
    );
  });
}

function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Allowed is a whole number from 0.');
  return Number(text);
}

function positive(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('Allowed is a whole number from 1.');
  return Number(text);
}
