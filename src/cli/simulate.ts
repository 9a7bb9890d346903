import { writeFile } from 'node:fs/promises';
import { readScenario } from './read-scenario.js';
import { requestLine, summaryTable } from './simulate-report.js';
import type { Terminal } from './terminal.js';
import { stringify } from 'yaml';
import { type ExchangeCredentials, scenarioFromTraffic, startExchange } from '../testing/index.js';
import { UsageError } from './usage-error.js';

/** Options of `simulate`. */
export interface SimulateOptions {
  readonly port: number;
  /** The name of a built-in scenario, or a file. */
  readonly scenario: string;
  readonly seed: number | string;
  /** The file to which the scenario of what went wrong is written at the end. */
  readonly record?: string | undefined;
  /** No line a request. */
  readonly quiet?: boolean | undefined;
  /** No limits of weight and orders. */
  readonly limits?: boolean | undefined;
}

/** Runs a simulated exchange until it is interrupted: a line a request, and a summary at the end. */
export async function simulate(
  options: SimulateOptions,
  env: Readonly<Record<string, string | undefined>>,
  terminal: Terminal,
): Promise<void> {
  const scenario = await readScenario(options.scenario);
  if (options.record !== undefined) await writeRecord(options.record, '');
  const credentials = credentialsOf(env);
  const exchange = await startExchange({
    scenario,
    seed: options.seed,
    port: options.port,
    credentials,
    ...(options.limits === false ? { limits: { weight: false, orders: false } } : {}),
    ...(options.quiet ? {} : { onRequest: (request) => terminal.out(requestLine(request)) }),
  }).catch((error: unknown) => {
    throw portError(error, options.port);
  });
  const interrupted = terminal.interrupted();
  terminal.out(
    [
      `Simulated WEEX at ${exchange.url}: scenario ${scenario.name}, seed ${options.seed}`,
      '  spot /api/v3, contract /capi/v3, control /__control; Ctrl-C ends it',
      `  streams: ${exchange.streamUrls.spot} and ${exchange.streamUrls.contract}, each with /public or /private`,
      ...(credentials
        ? ['  credentials: those from the environment']
        : credentialLines(exchange.credentials)),
      '',
      '',
    ].join('\n'),
  );
  await interrupted;
  await exchange.close();
  terminal.out(`\n${summaryTable(exchange)}`);
  if (options.record === undefined) return;
  const recorded = scenarioFromTraffic(exchange.requests, { name: `${scenario.name}-recorded` });
  await writeRecord(options.record, stringify(recorded));
  terminal.out(`\nRecorded ${recorded.faults?.length ?? 0} faults in ${options.record}\n`);
}

// A bot and the exchange that are started with one environment understand each other.
function credentialsOf(env: Readonly<Record<string, string | undefined>>): ExchangeCredentials | undefined {
  const { WEEX_API_KEY: apiKey, WEEX_SECRET_KEY: secretKey, WEEX_PASSPHRASE: passphrase } = env;
  return apiKey && secretKey && passphrase ? { apiKey, secretKey, passphrase } : undefined;
}

function credentialLines({ apiKey, secretKey, passphrase }: ExchangeCredentials): string[] {
  return [`  WEEX_API_KEY=${apiKey}`, `  WEEX_SECRET_KEY=${secretKey}`, `  WEEX_PASSPHRASE=${passphrase}`];
}

async function writeRecord(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`Cannot write ${file}: ${(error as Error).message}`);
  }
}

function portError(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new UsageError(`Cannot listen on port ${port}: it is in use`);
  if (code === 'EACCES') return new UsageError(`Cannot listen on port ${port}: permission denied`);
  return error;
}
