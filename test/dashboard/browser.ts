import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';

/** Whether there is a browser to look with. With REQUIRE_CHROMIUM=1 it must be there; none is downloaded. */
export const hasChromium: boolean = spawnSync('chromium', ['--version']).status === 0;
if (!hasChromium) {
  const message = 'chromium is not installed: nobody looks at the live page and the reports';
  if (process.env['REQUIRE_CHROMIUM'] === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly mobile?: boolean;
}

/** A node of the tree that a screen reader is given. */
export interface AccessibleNode {
  readonly role: string;
  readonly name: string;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly entry?: { text: string }; readonly exceptionDetails?: { text: string } };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page in a headless Chromium, driven by its DevTools protocol. */
export class Browser {
  /** What the page complained of: errors, and what its policy forbade. */
  readonly complaints: string[] = [];
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #waiting: Map<number, (answer: Answer) => void> = new Map();
  #session: string | undefined;
  #lastId = 0;

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.#process = child;
    this.#folder = folder;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString('utf8')) as Answer));
  }

  static async start(): Promise<Browser> {
    const folder = mkdtempSync(path.join(tmpdir(), 'weex-chromium-'));
    const child = spawn(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--remote-debugging-port=0',
        `--user-data-dir=${folder}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    const address = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const [, url] = /listening on (ws:\S+)/.exec(text) ?? [];
        if (url !== undefined) resolve(url);
      });
      child.once('exit', () => reject(new Error(`chromium ended: ${text}`)));
    });
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const browser = new Browser(child, folder, socket);
    const { targetId } = await browser.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.#send('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Log', 'Accessibility']) await browser.#send(`${domain}.enable`);
    return browser;
  }

  /** Opens an address, as somebody with such a screen sees it. */
  async open(url: string, { height, mobile = false, scheme, width }: Look): Promise<void> {
    const media = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#send('Emulation.setEmulatedMedia', { features: media });
    const metrics = { width, height, mobile, deviceScaleFactor: 1 };
    await this.#send('Emulation.setDeviceMetricsOverride', metrics);
    await this.#send('Page.navigate', { url });
  }

  /** The value of an expression in the page. */
  async read<Value>(expression: string): Promise<Value> {
    const { exceptionDetails, result } = await this.#send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: Value }).value;
  }

  async press(key: string, code: number): Promise<void> {
    const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' ? { text: '\r' } : {}) };
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** The whole page as a picture, in PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#send('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(data as string, 'base64');
  }

  /** What a screen reader is given. */
  async accessible(): Promise<AccessibleNode[]> {
    const { nodes } = (await this.#send('Accessibility.getFullAXTree')) as {
      nodes: { ignored: boolean; role?: { value: string }; name?: { value: string } }[];
    };
    return nodes.flatMap(({ ignored, name, role }) =>
      ignored ? [] : [{ role: role?.value ?? '', name: name?.value ?? '' }],
    );
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#socket.close();
    // Its own processes write to the folder as long as they live.
    process.kill(-Number(this.#process.pid), 'SIGKILL');
    await ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = (this.#lastId += 1);
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    });
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }

  #take(answer: Answer): void {
    if (answer.method === 'Log.entryAdded') this.complaints.push(answer.params?.entry?.text ?? '');
    if (answer.method === 'Runtime.exceptionThrown')
      this.complaints.push(answer.params?.exceptionDetails?.text ?? '');
    if (answer.id === undefined) return;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
