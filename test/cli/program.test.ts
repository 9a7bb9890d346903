import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { parseScenario, startExchange } from '../../src/testing/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weex-resilience-'));
});
afterEach(() => rm(folder, { recursive: true }));

function createTerminal() {
  let interrupt = () => {};
  const written = { out: '', err: '' };
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  return {
    written,
    interrupt: () => interrupt(),
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    size: () => undefined,
    interrupted: () => interrupted,
  };
}

async function run(...args: string[]) {
  const terminal = createTerminal();
  terminal.interrupt();
  const status = await runProgram(args, terminal);
  return { status, ...terminal.written };
}

describe('weex-resilience simulate', () => {
  it('serves until interrupted, prints a line per request, and sums up', async () => {
    const file = join(folder, 'recorded.yaml');
    const scenario = join(folder, 'two.yaml');
    await writeFile(scenario, 'name: two\nfaults:\n  - kind: proxy-html\n    endpoint: ping\n    count: 2\n');
    const terminal = createTerminal();
    const args = ['simulate', '--port', '0', '--scenario', scenario, '--seed', '7', '--record', file];
    const ended = runProgram(args, terminal);
    await expect.poll(() => terminal.written.out).toContain('Simulated WEEX at http://127.0.0.1:');
    expect(terminal.written.out).toMatch(
      /streams: ws:\S+\/spot\/v3\/ws and ws:\S+\/contract\/v3\/ws, each with/,
    );
    const url = /http:\/\/[\d.]+:\d+/.exec(terminal.written.out)?.[0];
    for (const status of [502, 502, 200]) expect((await fetch(`${url}/api/v3/ping`)).status).toBe(status);
    expect((await fetch(`${url}/capi/v3/account/balance`)).status).toBe(401);
    terminal.interrupt();
    expect(await ended).toBe(0);
    const { out, err } = terminal.written;
    expect(err).toBe('');
    expect(out).toMatch(/\d s {2}GET {5}\/api\/v3\/ping +502 +\d+ ms {2}proxy-html\n/);
    expect(out).toMatch(/GET {5}\/capi\/v3\/account\/balance +401 -1040/);
    expect(out).toMatch(/^spot\.ping +3 +1 +0 +2 +2$/m);
    expect(out).toMatch(/^all +4 +1 +1 +2 +2$/m);
    expect(out).toContain('0 orders, no client order id twice');
    expect(parseScenario(await readFile(file, 'utf8'))).toMatchObject({
      name: 'two-recorded',
      faults: [{ kind: 'proxy-html', status: 502, endpoint: 'GET /api/v3/ping' }],
    });
    await expect(fetch(`${url}/api/v3/ping`)).rejects.toThrow();
  });

  it('rejects a file with a broken scenario as bad input', async () => {
    const file = join(folder, 'broken.json');
    await writeFile(file, '{\n  "name": "x",\n  "faults": [{ "kind": "resett" }]\n}');
    const { status, err } = await run('simulate', '--scenario', file);
    expect(status).toBe(2);
    expect(err).toMatch(
      /broken\.json:\n {2}line 3, column \d+: faults\[0\]\.kind: expected a fault .* received "resett"\n$/,
    );
  });

  it('says that a port is in use', async () => {
    const other = await startExchange();
    const { port } = new URL(other.url);
    expect(await run('simulate', '--port', port)).toMatchObject({
      status: 2,
      err: `Cannot listen on port ${port}: it is in use\n`,
    });
    await other.close();
  });

  it.each([
    [['simulate', '--port', '99999'], 'It must be a number from 0 to 65535.'],
    [['simulate', '--scenario', 'outge'], "Cannot find the scenario 'outge'"],
    [['simulate', '--port', '0', '--record', join('no', 'such', 'folder.yaml')], 'Cannot write'],
    [['simulate', '--colour'], "unknown option '--colour'"],
    [['simulate', 'now'], 'too many arguments'],
    [['smulate'], "unknown command 'smulate'"],
  ])('%j is bad input: one error, status 2', async (args, message) => {
    const { status, out, err } = await run(...args);
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
  });

  it('shows its help', async () => {
    const { status, out } = await run('simulate', '--help');
    expect(status).toBe(0);
    expect(out).toContain('--scenario <name or file>');
  });
});

describe('weex-resilience explain', () => {
  it('explains a code in every table that has it, and where the tables differ', async () => {
    const { status, out } = await run('explain', '50003');
    expect(status).toBe(0);
    expect(out).toContain('50003 in weex-client and V3: WEEXSystemError (system)');
    expect(out).toContain('50003 in V1 and V2: WEEXAuthenticationError (authentication)');
    expect(out).toContain('The tables disagree on 50003');
  });

  it('accepts negative numbers and names', async () => {
    expect(await run('explain', '-1046')).toMatchObject({ status: 0, out: expect.stringContaining('clock') });
    expect((await run('explain', 'FAILED_ORDER_NOT_FOUND')).out).toContain('not-found');
    expect((await run('explain', '00000')).out).toContain('success');
  });

  it('lists every code without an argument, and rejects an unknown one', async () => {
    expect((await run('explain')).out).toContain('| -3613 | WEEXSystemError |');
    const { status, err } = await run('explain', '99999');
    expect(status).toBe(2);
    expect(err).toContain('Cannot explain 99999');
  });
});
