import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ResilienceEventOf, ResilienceEventType } from '../../observability/events.js';
import type { IntentJournal } from '../../orders/index.js';
import type { IntentBook } from './intent-book.js';
import { nameOf, type Outgoing } from './network.js';
import type { RequestPlace } from './rehearsal-event.js';
import type { Trace } from './trace.js';

const inBody = /"newClientOrderId"\s*:\s*"([^"]+)"/g;
const inQuery = /[?&]origClientOrderId=([^&]+)/g;

/** Records a request that the program sends and the orders that it places; returns the ids in it. */
export function noteSent(
  place: RequestPlace,
  { body, target }: Outgoing,
  book: IntentBook,
  trace: Trace,
): readonly string[] {
  const placed = [...body.matchAll(inBody)].map(([, id]) => id ?? '');
  const named = [...target.matchAll(inQuery)].map(([, id]) => decodeURIComponent(id ?? ''));
  const [market] = place.request.split('.');
  for (const id of placed) {
    const entry = book.get(id);
    if (market === 'spot' || market === 'contract') entry.market = market;
    entry.symbol ??= /"symbol"\s*:\s*"([^"]+)"/.exec(body)?.[1];
  }
  const ids = [...placed, ...named];
  const names = ids.map((id) => ` ${trace.nameOf(id)}`).join('');
  trace.add(`${nameOf(place)} sent${names}`);
  return ids;
}

/** A journal that also reports settled intents to the book. */
export function journalThatReports(journal: IntentJournal, book: IntentBook): IntentJournal {
  return {
    async sent(intent) {
      await journal.sent(intent);
      book.get(intent.clientOrderId);
    },
    async settled(clientOrderId, outcome) {
      await journal.settled(clientOrderId, outcome);
      book.report(clientOrderId, outcome === 'executed' ? 'placed' : 'not-placed');
    },
    open: () => journal.open(),
  };
}

type Listeners = { readonly [Type in ResilienceEventType]?: (event: ResilienceEventOf<Type>) => void };

/** Listens to this library's events; returns a function that stops listening. */
export function listenTo(listeners: Listeners): () => void {
  const entries = Object.entries(listeners).map(
    ([type, listener]) => [`weex-resilience:${type}`, (event: unknown) => listener(event as never)] as const,
  );
  for (const [name, listener] of entries) subscribe(name, listener);
  return () => {
    for (const [name, listener] of entries) unsubscribe(name, listener);
  };
}
