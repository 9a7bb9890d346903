import { access, constants, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { builtInScenarios, type RehearsalScenario } from '../testing/index.js';
import { resolveRehearsalScenario } from '../testing/rehearsal/rehearsal-scenario.js';
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
  readonly patience: number;
}

/** Failures that are printed in full; all of them are on the page. */
const mostPrinted = 3;

/** The command `rehearse`. `fail` is called when an invariant is broken. */
export function rehearseCommand(terminal: Terminal, fail: () => void): Command {
  return new Command('rehearse')
    .description('run a program through seeded bad days in virtual time, and report broken invariants')
    .argument('<program>', 'a module that exports a function called run, or a function as its default')
    .option('-n, --seeds <number>', 'how many seeds', seedsOf, 200)
    .option('--from <number>', 'the first seed', natural, 1)
    .option('-d, --days <number>', 'days per seed', daysOf, 1)
    .option(
      '-s, --scenario <name or file>',
      'bad-year, a built-in scenario, or a YAML or JSON file',
      'bad-year',
    )
    .option('-w, --workers <number>', 'processes', positive, availableParallelism())
    .option('--patience <seconds>', 'how long a program may block its process', positive, 30)
    .option('--shrink <runs>', 'how many runs may be used to shorten a failure', natural, 200)
    .option('-r, --report <file>', 'file for the HTML report', 'rehearsal.html')
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
  let printed = 0;
  const inOrder = createOrderedOutput(from, (result: SeedResult) => {
    if (!result.failure || printed >= mostPrinted) return;
    printed += 1;
    terminal.out(`${printable(failureText(result))}\n`);
  });
  await access(dirname(resolve(report)), constants.W_OK).catch((error: unknown) => {
    throw new UsageError(`Cannot write ${report}: ${(error as Error).message}`);
  });
  terminal.out(`Rehearsing ${bot}: scenario ${flags.scenario}, seeds ${from} to ${from + seeds - 1}\n\n`);
  await rehearseSeeds({
    bot,
    scenario,
    days,
    shrinkRuns: flags.shrink,
    workers: Math.min(workers, seeds),
    keepStacks: workers === 1,
    patienceMs: flags.patience * 1_000,
    seeds: Array.from({ length: seeds }, (_, index) => from + index),
    onResult(result) {
      results.push(result);
      inOrder(result);
    },
  });
  results.sort((left, right) => left.seed - right.seed);
  const summary = summarize(results, days, performance.now() - startedAt);
  terminal.out(`${printable(summaryText(summary))}\n`);
  const page = rehearsalPage({ bot, scenario: flags.scenario, results, summary });
  await writeFile(report, page).catch((error: unknown) => {
    throw new UsageError(`Cannot write ${report}: ${(error as Error).message}`);
  });
  terminal.out(`Report: ${report}\n`);
  if (summary.broken.size > 0) fail();
}

/** Passes results on by their seeds, whenever they come. */
function createOrderedOutput(from: number, show: (result: SeedResult) => void): (result: SeedResult) => void {
  const waiting = new Map<number, SeedResult>();
  let next = from;
  return (result) => {
    waiting.set(result.seed, result);
    for (let one = waiting.get(next); one; one = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      show(one);
    }
  };
}

/** Text of a program, without what a terminal would obey. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}

/** A built-in scenario as its name; a file as what it holds. */
async function scenarioOf(nameOrFile: string): Promise<string | RehearsalScenario> {
  if (nameOrFile === 'bad-year' || Object.hasOwn(builtInScenarios, nameOrFile)) return nameOrFile;
  const text = await readFile(nameOrFile, 'utf8').catch((error: unknown) => {
    const names = ['bad-year', ...Object.keys(builtInScenarios)].join(', ');
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw new UsageError(
      `Cannot find the scenario '${nameOrFile}': there is no such file (${String(reason)}), and the built-in ones are ${names}`,
    );
  });
  try {
    return resolveRehearsalScenario(`${text}\n`, nameOrFile);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0.');
  return Number(text);
}

const mostSeeds = 1_000_000;
const mostDays = 10_000;

function seedsOf(text: string): number {
  return atMost(positive(text), mostSeeds);
}

function daysOf(text: string): number {
  return atMost(positive(text), mostDays);
}

function atMost(value: number, most: number): number {
  if (value > most) throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  return value;
}

function positive(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
