import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { type Dashboard, serveDashboard } from '../../src/dashboard/index.js';
import { createPolicy } from '../../src/index.js';
import { TroubledProgram } from '../dashboard/troubled-program.js';

let dashboard: Dashboard;
beforeEach(async () => {
  dashboard = await serveDashboard({ port: 0, title: 'grid bot' });
});
afterEach(() => dashboard.close());

function createTerminal(size?: { columns: number; rows: number }) {
  let interrupt = () => {};
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  const written = { out: '', err: '' };
  return {
    written,
    interrupt: () => interrupt(),
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    size: () => size,
    interrupted: () => interrupted,
  };
}

const patience = { timeout: 20_000 };

describe('weex-resilience watch', () => {
  it('prints a line for every important change, until the program ends', async () => {
    const terminal = createTerminal();
    const ended = runProgram(['watch', dashboard.url], terminal);
    const isSaid = (text: string) => vi.waitFor(() => expect(terminal.written.out).toContain(text), patience);
    await isSaid('Calm: No call under a policy so far.');
    const program = new TroubledProgram();
    await program.meetEverything();
    await isSaid('ACT: Money may be at risk: it is not known whether 1 order or call took effect.');
    await dashboard.close();
    expect(await ended).toBe(0);
    expect(terminal.written.err).toBe('');
    const lines = terminal.written.out.trimEnd().split('\n');
    expect(lines[0]).toBe(`Live page: ${dashboard.url} (Ctrl-C ends this view)`);
    expect(lines.at(-1)).toBe('The program has ended, or has closed its page.');
    expect(lines.slice(1, -1).every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z \w+: /.test(line))).toBe(true);
  });

  it('shows on a terminal what fits, updated in place, until Ctrl-C', async () => {
    const program = new TroubledProgram();
    await program.meetEverything();
    const hostile = 'worse\u001b[2J';
    await createPolicy({ name: hostile }).executeOutcome(() => Promise.reject(new Error(hostile)));
    const terminal = createTerminal({ columns: 100, rows: 30 });
    const ended = runProgram(['watch', dashboard.url], terminal);
    await vi.waitFor(() => expect(terminal.written.out).toContain('\u001b[J'), patience);
    terminal.interrupt();
    expect(await ended).toBe(0);
    const [first = ''] = terminal.written.out.split('\u001b[');
    expect(first).toContain('grid bot, process ');
    expect(first).toMatch(/^ACT {3}Money may be at risk/m);
    expect(first).toMatch(/^ {2}id-6, placeOrder: unknown since [\d:]+\. Look it up at /m);
    expect(first).toMatch(/^contract\.market +cool-down +\d+ +\d+ +\d+\/100 +10 s$/m);
    expect(first).toMatch(/^ {2}[\d:]{8} {2}\d+ times {2}WEEXSystemError 500, placeOrder\. /m);
    expect(terminal.written.out).not.toContain('\u001b[2J');
    const lines = first.trimEnd().split('\n').slice(1);
    expect(lines.length).toBeLessThanOrEqual(28);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
  });

  it.each([
    ['grid-bot', "Cannot watch 'grid-bot': it must be an address such as http://127.0.0.1:9339/"],
    ['ftp://127.0.0.1/', "Cannot watch 'ftp://127.0.0.1/'"],
    ['http://127.0.0.1:1/', 'a program has to call serveDashboard() of weex-resilience/dashboard'],
  ])('exits with 2 and one sentence if it cannot watch %j', async (url, message) => {
    const terminal = createTerminal();
    expect(await runProgram(['watch', url], terminal)).toBe(2);
    expect(terminal.written.err).toContain(message);
    expect(terminal.written.err.trimEnd()).not.toContain('\n');
  });

  it('distinguishes a live page from other servers', async () => {
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const terminal = createTerminal();
    expect(await runProgram(['watch', `http://127.0.0.1:${port}`], terminal)).toBe(2);
    expect(terminal.written.err).toContain('(status 200) does not serve a live page');
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });
});
