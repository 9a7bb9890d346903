import type { ServerResponse } from 'node:http';

/** What is sent: plain data to programs, changed parts of the page to browsers. */
export type ViewerKind = 'data' | 'page';

interface Viewer {
  readonly response: ServerResponse;
  readonly kind: ViewerKind;
  /** The parts of the page as they were last sent. */
  sent: Readonly<Record<string, string>>;
  /** For how many rounds it has read nothing; 0 while it reads. */
  idleRounds: number;
}

/** What is sent in a round; each part is created when the first viewer needs it. */
export interface Round {
  data(): string;
  page(): Readonly<Record<string, string>>;
}

export const mostViewers = 50;
/** A viewer that reads nothing for this many rounds is disconnected; a browser reconnects automatically. */
const mostIdleRounds = 30;

/** All viewers. One that does not read is sent nothing more until it does, so nothing piles up. */
export class Viewers {
  readonly #viewers: Set<Viewer> = new Set();

  get count(): number {
    return this.#viewers.size;
  }

  /** Takes over an answer, and sends it the current state. */
  add(response: ServerResponse, kind: ViewerKind, round: Round): void {
    const viewer = { response, kind, sent: {}, idleRounds: 0 };
    this.#viewers.add(viewer);
    response.on('error', () => this.#viewers.delete(viewer));
    response.on('close', () => this.#viewers.delete(viewer));
    response.on('drain', () => (viewer.idleRounds = 0));
    response.write('retry: 2000\n\n');
    this.#sendTo(viewer, round);
  }

  /** Sends the current state to all viewers that read. */
  send(round: Round): void {
    for (const viewer of this.#viewers) {
      if (viewer.idleRounds === 0) this.#sendTo(viewer, round);
      else if ((viewer.idleRounds += 1) > mostIdleRounds) viewer.response.destroy();
    }
  }

  close(): void {
    for (const { response } of this.#viewers) response.end();
  }

  #sendTo(viewer: Viewer, round: Round): void {
    const text = viewer.kind === 'data' ? round.data() : changedParts(viewer, round.page());
    if (!viewer.response.write(`data: ${text}\n\n`)) viewer.idleRounds = 1;
  }
}

function changedParts(viewer: Viewer, parts: Readonly<Record<string, string>>): string {
  const changed = Object.entries(parts).filter(([name, html]) => viewer.sent[name] !== html);
  viewer.sent = parts;
  return JSON.stringify(Object.fromEntries(changed));
}
