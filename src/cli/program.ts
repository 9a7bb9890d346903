import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { explainCommand } from './explain.js';
import { rehearseCommand } from './rehearse.js';
import { simulate, type SimulateOptions } from './simulate.js';
import { processTerminal, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import { watchCommand } from './watch.js';

/**
 * Runs the program with these arguments and returns its exit status: 0 on success, 2 for invalid usage, 1 if it
 * failed or found a broken invariant.
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  let status = 0;
  try {
    await createProgram(terminal, () => (status = 1)).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    // Commander has written its own message, or the help text.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const usage = error instanceof UsageError;
    terminal.err(`${usage ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    return usage ? 2 : 1;
  }
}

function createProgram(terminal: Terminal, fail: () => void): Command {
  const program = new Command('weex-resilience')
    .description('Tools of weex-resilience')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(--help lists the commands and options)');
  program
    .command('simulate')
    .description(
      'run a simulated WEEX, spot and contract V3, that follows a scenario of faults, until Ctrl-C',
    )
    .option('-p, --port <number>', 'port on 127.0.0.1, 0 for a free one', portOf, 8_080)
    .option('-s, --scenario <name or file>', 'a built-in scenario, or a YAML or JSON file', 'calm')
    .option('--seed <seed>', 'determines prices, ids and everything random', '1')
    .option('--record <file>', 'at the end, write what went wrong as a YAML scenario')
    .option('--no-limits', 'do not limit weight and orders')
    .option('-q, --quiet', 'do not print a line per request')
    .action((options: SimulateOptions) => simulate(options, process.env, terminal));
  program.addCommand(rehearseCommand(terminal, fail).copyInheritedSettings(program));
  program.addCommand(watchCommand(terminal).copyInheritedSettings(program));
  program.addCommand(explainCommand(terminal).copyInheritedSettings(program));
  return program;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}
