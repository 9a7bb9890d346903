import { Command } from 'commander';
import type { DashboardState } from '../dashboard/dashboard-state.js';
import { defaultPort } from '../dashboard/serve-dashboard.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import { situationLine, watchScreen } from './watch-view.js';

const defaultUrl = `http://127.0.0.1:${defaultPort}/`;

/** `watch [url]`: what a program that calls `serveDashboard` is doing, until it ends or Ctrl-C. */
export function watchCommand(terminal: Terminal): Command {
  return new Command('watch')
    .description('show what a program that calls serveDashboard() is doing, until Ctrl-C')
    .argument('[url]', 'the address of its page', defaultUrl)
    .action((url: string) => watch(url, terminal));
}

async function watch(given: string, terminal: Terminal): Promise<void> {
  const url = addressOf(given);
  const interrupt = new AbortController();
  void terminal.interrupted().then(() => interrupt.abort());
  const events = await open(url, interrupt.signal);
  terminal.out(`Live page: ${url.href} (Ctrl-C ends this view)\n`);
  const show = terminal.size() ? inPlace(terminal) : line(terminal);
  try {
    for await (const state of statesOf(events)) show(state);
    terminal.out('The program has ended, or has closed its page.\n');
  } catch (error) {
    if (interrupt.signal.aborted) return;
    if (error instanceof UsageError) throw error;
    terminal.out('The program has ended: its page no longer answers.\n');
  }
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:') return url;
  throw new UsageError(`Cannot watch '${text}': it must be an address such as ${defaultUrl}`);
}

async function open(url: URL, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const answer = await fetch(new URL('events', url), { signal }).catch((error: unknown) => {
    const { cause, message } = error as Error;
    const reason = (cause as { code?: string } | undefined)?.code ?? message;
    throw new UsageError(
      `Cannot reach a live page at ${url.href} (${reason}): a program has to call serveDashboard() of weex-resilience/dashboard`,
    );
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
  if (answer.ok && isStream && answer.body) return answer.body;
  throw new UsageError(
    `Cannot watch ${url.href}: the server there (status ${answer.status}) does not serve a live page`,
  );
}

/** Each state that is sent. */
async function* statesOf(events: ReadableStream<Uint8Array>): AsyncGenerator<DashboardState> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of events) {
    text += decoder.decode(chunk, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) if (message.startsWith('data: ')) yield read(message.slice(6));
  }
}

function read(json: string): DashboardState {
  try {
    return JSON.parse(json) as DashboardState;
  } catch {
    throw new UsageError('Cannot read the data of the live page: does it come from another version?');
  }
}

/** On a terminal: the same place again and again. */
function inPlace(terminal: Terminal): (state: DashboardState) => void {
  let shown = 0;
  return (state) => {
    const lines = watchScreen(state, terminal.size() ?? { columns: 80, rows: 24 });
    terminal.out(`${shown > 0 ? `\u001b[${shown}A\u001b[J` : ''}${lines.join('\n')}\n`);
    shown = lines.length;
  };
}

/** Elsewhere: a line whenever something changes that an operator has to know. */
function line(terminal: Terminal): (state: DashboardState) => void {
  let last: string | undefined;
  return (state) => {
    const text = situationLine(state);
    if (text === last) return;
    last = text;
    terminal.out(`${new Date(state.at).toISOString()} ${text}\n`);
  };
}
