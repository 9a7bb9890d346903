import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRandom, startExchange } from 'weex-resilience/testing';
import { ambiguousFaults, latestExecutionMs } from './ambiguous-faults.js';
import type { ExchangeAccess, Market, Report } from './order-run.js';

/** The task of the program under test. */
export interface KilledTraderTask {
  readonly exchange: ExchangeAccess;
  readonly market: Market;
  /** The folder of its journal. */
  readonly directory: string;
  /** How many orders it places before it ends by itself. */
  readonly orders: number;
}

/** What the program under test reports. */
export type KilledTraderLine =
  | { readonly event: 'started' }
  | { readonly event: 'begun'; readonly id: string }
  | { readonly event: 'reported'; readonly id: string; readonly report: Report };

/** The options of a run. */
export interface KillRunOptions {
  /** The compiled `killed-trader`. */
  readonly program: string;
  readonly market: Market;
  readonly seed: number;
  readonly kills: number;
  /** The longest that the program lives before it is killed, in milliseconds. Default 4,000. */
  readonly longestLifeMs?: number | undefined;
}

/** The result of a run. */
export interface KillTally {
  readonly kills: number;
  /** Orders that the program started, in all its lives. */
  readonly orders: number;
  /** Orders whose outcome it learned only after a restart. */
  readonly recovered: number;
  readonly duplicates: number;
  /** Reported as placed although no order exists, or vice versa. */
  readonly wrong: number;
  /** How often the end of the journal was damaged. */
  readonly damaged: number;
  /** How often only the id of an intent could be recovered. */
  readonly named: number;
  /** Orders that exist although they were never reported. */
  readonly lost: number;
  readonly unknown: number;
}

/** Kills a trading program again and again, lets it finish at last, and compares the orders with what was reported. */
export async function runKilled(options: KillRunOptions): Promise<KillTally> {
  const { kills, longestLifeMs = 4_000, market, program, seed } = options;
  const random = createRandom(`kills ${seed}`);
  const directory = await mkdtemp(join(tmpdir(), 'killed-trader-'));
  const exchange = await startExchange({
    seed,
    scenario: { name: 'ambiguous', faults: ambiguousFaults },
    limits: { weight: false, orders: false },
  });
  const begun = new Set<string>();
  const reports = new Map<string, Report>();
  const recovered = new Set<string>();
  let damaged = 0;
  let named = 0;
  try {
    for (let life = 0; life <= kills; life += 1) {
      const last = life === kills;
      const mine = new Set<string>();
      const access = { url: exchange.url, credentials: exchange.credentials };
      const task = { exchange: access, market, directory, orders: last ? 5 : 1_000 };
      const lifeMs = last ? undefined : random() * longestLifeMs;
      const warnings = await live(program, task, lifeMs, (line) => {
        if (line.event === 'begun') mine.add(line.id);
        if (line.event !== 'reported') return;
        reports.set(line.id, line.report);
        if (!mine.has(line.id)) recovered.add(line.id);
      });
      for (const [, count] of warnings.matchAll(/Cannot read (\d+) of \d+ intents/gu)) named += Number(count);
      for (const id of mine) begun.add(id);
      // One life in three; if there is nothing to damage, the next one.
      if (!last && damaged < (life + 1) / 3 && (await damageTail(directory))) damaged += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, latestExecutionMs + 200));
  } finally {
    await exchange.close();
    await rm(directory, { recursive: true });
  }

  const standing = new Map<string, number>();
  for (const { clientOrderId } of exchange.orders) {
    standing.set(clientOrderId, (standing.get(clientOrderId) ?? 0) + 1);
  }
  const all = [...begun];
  const counted = (test: (stands: number, report: Report | undefined) => boolean) =>
    all.filter((id) => test(standing.get(id) ?? 0, reports.get(id))).length;
  return {
    kills,
    orders: all.length,
    recovered: recovered.size,
    duplicates: counted((stands) => stands > 1),
    wrong: counted(
      (stands, report) => (report === 'placed' && stands === 0) || (report === 'not-placed' && stands > 0),
    ),
    damaged,
    named,
    lost: counted((stands, report) => stands > 0 && report === undefined),
    unknown: counted((_, report) => report === 'unknown'),
  };
}

/** Makes the last 60 bytes of the journal's newest file with records unreadable; returns `false` if there is none. */
async function damageTail(directory: string): Promise<boolean> {
  const names = (await readdir(directory)).toSorted();
  // The log holds the latest records; it is empty if the program died before it wrote any.
  for (const end of ['.log', '.ldb']) {
    const path = join(directory, names.findLast((name) => name.endsWith(end)) ?? 'none');
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.length === 0) continue;
    for (let index = Math.max(0, bytes.length - 60); index < bytes.length; index += 1) {
      bytes[index] = (bytes[index] ?? 0) ^ 0x5a;
    }
    await writeFile(path, bytes);
    return true;
  }
  return false;
}

/** One life of the program: it ends by itself or is killed after this time. Returns its warnings. */
async function live(
  program: string,
  task: KilledTraderTask,
  lifeMs: number | undefined,
  onLine: (line: KilledTraderLine) => void,
): Promise<string> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, TASK: JSON.stringify(task) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  let warnings = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    warnings += text;
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as KilledTraderLine;
    onLine(line);
    if (line.event === 'started' && lifeMs !== undefined) setTimeout(() => child.kill('SIGKILL'), lifeMs);
  }
  const code = await ended;
  if (lifeMs === undefined && code !== 0) {
    throw new Error(`the program ended with status ${code}: ${warnings}`);
  }
  return warnings;
}
