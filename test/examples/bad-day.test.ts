import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasChromium } from '../dashboard/browser.js';
import { runProgram } from '../../examples/bad-day/program.js';
import { type SimulatedOrder, startExchange } from '../../src/testing/index.js';
import { send } from '../testing/support/signed-request.js';

const root = new URL('../..', import.meta.url).pathname;

/** A bad day in three seconds. */
const scenario = `
name: short-day
phases:
  - { name: calm, durationMs: 1200 }
  - name: lost replies
    durationMs: 1000
    faults:
      - { kind: late-visibility, delayMs: 200, probability: 0.5 }
      - { kind: lost-reply, endpoint: writes, probability: 0.5 }
      - { kind: rate-limit, endpoint: reads, count: 1, retryAfterSeconds: 1 }
  - name: maintenance & <outage>
    durationMs: 400
    faults:
      - { kind: maintenance, retryAfterSeconds: 1 }
  - { name: recovery, durationMs: 600 }
`;

// They wait more than they work, so they run side by side.
let goodDay: ReturnType<typeof run>;
let brokenDay: ReturnType<typeof run>;
let interruptedDay: ReturnType<typeof run>;
let watchedPage = '';

let folder: string;
let program: string;
beforeAll(async () => {
  // Inside the repository, where what is not bundled is found.
  await mkdir(join(root, 'build'), { recursive: true });
  folder = await mkdtemp(join(root, 'build', 'bad-day-'));
  program = join(folder, 'main.mjs');
  await build({
    entryPoints: [join(root, 'examples/bad-day/main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    tsconfig: join(root, 'tsconfig.json'),
    sourcemap: 'inline',
  });
  await writeFile(join(folder, 'short-day.yaml'), scenario);
  goodDay = run(shortDay('good.html', 3));
  brokenDay = run(shortDay('broken.html', 0), placeAgain);
  interruptedDay = run(['--report', 'interrupted.html', '--watch', '0'], interrupt);
});
afterAll(() => rm(folder, { recursive: true }));

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Runs the program; `meanwhile` is told where its exchange is. */
async function run(
  args: readonly string[],
  meanwhile?: (url: string, child: Child, out: string) => Promise<void>,
) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { out: '', err: '' };
  let acted: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text;
    const url = /at (http:\/\/127\.0\.0\.1:\d+):/.exec(written.out)?.[1];
    if (url !== undefined) acted ??= meanwhile?.(url, child, written.out).catch(() => void child.kill());
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.err += text));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await acted;
  return { status, ...written };
}

const shortDay = (report: string, seeds: number) =>
  `--scenario short-day.yaml --seed 3 --report ${report} --rehearse ${seeds}`.split(' ');

async function ordersAt(url: string): Promise<readonly SimulatedOrder[]> {
  const answer = await fetch(`${url}/__control/orders`);
  return (await answer.json()) as readonly SimulatedOrder[];
}

const patience = { timeout: 20_000 };

/** An order of an exchange, once there are some. */
function firstOrder(url: string): Promise<SimulatedOrder> {
  return vi.waitFor(async () => {
    const [order] = await ordersAt(url);
    if (!order) throw new Error('There is no order yet');
    return order;
  }, patience);
}

/** Places an order a second time, past the program. */
async function placeAgain(url: string): Promise<void> {
  const { symbol, side, positionSide, clientOrderId } = await firstOrder(url);
  // The credentials are made from the seed.
  const { credentials, close } = await startExchange({ seed: 3 });
  await close();
  const again = {
    symbol,
    side,
    positionSide,
    type: 'MARKET',
    quantity: '100',
    newClientOrderId: clientOrderId,
  };
  // A fault may hit it.
  await vi.waitUntil(async () => {
    await send({ url, credentials }, 'POST', '/capi/v3/order', again).catch(() => undefined);
    return (await ordersAt(url)).filter((order) => order.clientOrderId === clientOrderId).length > 1;
  }, patience);
}

async function interrupt(url: string, child: Child, out: string): Promise<void> {
  await firstOrder(url);
  const livePage = /^Live page: (\S+)$/m.exec(out)?.[1];
  if (livePage !== undefined) watchedPage = await (await fetch(livePage)).text();
  child.kill('SIGINT');
}

describe('the bad day', () => {
  it('finds every order as reported, and says so', async () => {
    const { status, out, err } = await goodDay;
    expect(err).toBe('');
    expect(status).toBe(0);
    for (const phase of ['calm', 'closing']) expect(out).toContain(` ${phase} `);
    expect(out).toMatch(/placeOrder .* all as reported/);
    expect(out).toMatch(
      /^ {2}weex-resilience +[1-9]\d* wanted, [1-9]\d* could be placed, [1-9]\d* placed once, 0 second orders, /m,
    );
    expect(out).toMatch(/^ {2}axios-retry [\d.]+ +[1-9]\d* wanted/m);
    expect(out).toMatch(/^ {2}axios [\d.]+ +[1-9]\d* wanted/m);
    expect(out).toMatch(
      /^The same day rehearsed over 3 seeds in \d+ s: [1-9]\d* orders wanted, .*; 0 second orders, 0 not as reported$/m,
    );

    const page = await readFile(join(folder, 'good.html'), 'utf8');
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import|<script/);
    expect(page).toContain('maintenance &#38; &#60;outage&#62;');
  });

  it('exits with 1 if an order was placed twice, whoever placed it', async () => {
    const { status, out, err } = await brokenDay;
    expect(status).toBe(1);
    expect(err).toMatch(/^Broken: order \S+: reported as \w+, found 2 times$/m);
    expect(out).toMatch(/1 BROKEN/);
    expect(await readFile(join(folder, 'broken.html'), 'utf8')).toMatch(/reported as \w+, found 2 times/);
  });

  it('prints what it has when interrupted, and exits with 130', async () => {
    const { status, out, err } = await interruptedDay;
    expect(err).toBe('');
    expect(status).toBe(130);
    expect(out).toMatch(/placeOrder .* all as reported/);
  });

  it('serves a live page meanwhile, and ends with it', async () => {
    await interruptedDay;
    expect(watchedPage).toMatch(/<h1[^>]*>bad-day, seed 1<\/h1>/);
    expect(watchedPage).toContain('contract.orders');
  });

  it.each([
    [['--seeed', '7'], "unknown option '--seeed'"],
    [['--seed', 'seven'], 'It must be a whole number from 0 to'],
    [['now'], 'too many arguments'],
    [['--watch', 'now'], 'It must be a number from 0 to 65535; 0 picks a free port.'],
    [['--scenario', 'bad-dya'], "Cannot find the scenario 'bad-dya'"],
    [['--scenario', 'calm'], 'it has no phases, so it never ends'],
    [['--report', 'package.json/report.html'], 'Cannot write package.json/report.html'],
  ])('%j is bad input: one error, status 2', async (args, message) => {
    let err = '';
    const nobody = new PassThrough() as unknown as NodeJS.WriteStream;
    const surroundings = {
      output: nobody,
      err: (text: string) => void (err += text),
      program: new URL(import.meta.url),
    };
    const status = await runProgram(args, { ...surroundings, signal: new AbortController().signal });
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(err.match(/error:|Cannot/g)).toHaveLength(1);
  });

  it('passes its status on to the shell', async () => {
    expect(await run(['--seed', '-1'])).toMatchObject({ status: 2, out: '' });
  });
});

describe('the report', () => {
  it.skipIf(!hasChromium)('opens in a browser without errors', async () => {
    await goodDay;
    const { stdout, stderr } = await promisify(execFile)(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--enable-logging=stderr',
        '--dump-dom',
        `file://${join(folder, 'good.html')}`,
      ],
      { maxBuffer: 16_000_000 },
    );
    expect(stderr).not.toContain('CONSOLE');
    expect(stdout.match(/<svg/g)).toHaveLength(12);
    expect(stdout).not.toContain('NaN');
    expect(stdout).not.toContain('undefined');
  });
});
