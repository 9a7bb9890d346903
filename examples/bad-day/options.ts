import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { builtInScenarios, parseScenario, type Scenario } from 'weex-resilience/testing';

/** The options of the program. */
export interface Options {
  readonly seed: number;
  readonly scenario: Scenario;
  /** Over how many seeds the day is rehearsed in virtual time. */
  readonly rehearse: number;
  /** The file for the HTML report. */
  readonly report: string;
  /** Whether a live page is served meanwhile, and on which port. */
  readonly watch: false | { readonly port: number | undefined };
}

/** Thrown if the program was used wrongly. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 *
 * @throws CommanderError after it has written its message or the help text; UsageError.
 */
export function readOptions(args: readonly string[], err: (text: string) => void): Options {
  const given = new Command('npm start --')
    .description('Runs a trading day that goes wrong, on a simulated exchange')
    .exitOverride()
    .configureOutput({ writeErr: err })
    .showHelpAfterError('(--help lists the commands and options)')
    .option('--seed <number>', 'determines prices, faults and what the traders do', seedOf, 1)
    .option('--scenario <name or file>', 'a built-in scenario, or a YAML or JSON file', 'bad-day')
    .option('--rehearse <seeds>', 'how many seeds are rehearsed afterwards', seedOf, 1_000)
    .option('--report <file>', 'file for the HTML report', 'build/bad-day.html')
    .option('--watch [port]', 'serve a live page while the day goes on', portOf)
    .parse([...args], { from: 'user' })
    .opts<{ seed: number; scenario: string; rehearse: number; report: string; watch?: true | number }>();
  const scenario = scenarioOf(given.scenario);
  const { rehearse, seed, watch } = given;
  return {
    seed,
    scenario,
    rehearse,
    report: writableFile(given.report),
    watch: watch === undefined ? false : { port: watch === true ? undefined : watch },
  };
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
  }
  return seed;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535; 0 picks a free port.');
  return port;
}

function scenarioOf(nameOrFile: string): Scenario {
  const builtIn = Object.hasOwn(builtInScenarios, nameOrFile) ? builtInScenarios[nameOrFile] : undefined;
  const scenario = builtIn ?? scenarioOfFile(nameOrFile);
  if (scenario.phases?.length) return scenario;
  throw new UsageError(
    `Cannot trade a day of the scenario '${scenario.name}': it has no phases, so it never ends`,
  );
}

function scenarioOfFile(file: string): Scenario {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    const names = Object.keys(builtInScenarios).join(', ');
    throw new UsageError(
      `Cannot find the scenario '${file}': there is no such file (${reason}), and the built-in ones are ${names}`,
    );
  }
  try {
    return parseScenario(text, file);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

// Checked before the day starts, so that no day is lost because its report cannot be written.
function writableFile(file: string): string {
  const path = resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    accessSync(dirname(path), constants.W_OK);
    return path;
  } catch (error) {
    throw new UsageError(`Cannot write ${file}: ${(error as Error).message}`);
  }
}
