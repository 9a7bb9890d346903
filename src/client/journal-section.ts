import type { IntentJournal } from '../orders/index.js';

/** Whose client order ids are apart: a journal has room for one intent of an id. */
const prefixes = { contract: '', spot: 'spot ', algo: 'algo ' } as const;

/** The parts of a journal: the orders of each market, and conditional orders. */
export type JournalSections = Readonly<Record<keyof typeof prefixes, IntentJournal>>;

/** Calls that share a journal share its parts: by these they know of each other's ids. */
const known: WeakMap<IntentJournal, JournalSections> = new WeakMap();

/** The parts of a journal, each a journal of its own. */
export function journalSections(journal: IntentJournal): JournalSections {
  const sections = known.get(journal) ?? {
    contract: makeSection(journal, prefixes.contract),
    spot: makeSection(journal, prefixes.spot),
    algo: makeSection(journal, prefixes.algo),
  };
  known.set(journal, sections);
  return sections;
}

function makeSection(journal: IntentJournal, prefix: string): IntentJournal {
  const isOpen = journal.isOpen?.bind(journal);
  return {
    sent: (intent) => journal.sent({ ...intent, clientOrderId: prefix + intent.clientOrderId }),
    settled: (clientOrderId, outcome) => journal.settled(prefix + clientOrderId, outcome),
    ...(isOpen && { isOpen: (clientOrderId) => isOpen(prefix + clientOrderId) }),
    async open() {
      const intents = await journal.open();
      return intents
        .filter(({ clientOrderId }) => prefixOf(clientOrderId) === prefix)
        .map((intent) => ({ ...intent, clientOrderId: intent.clientOrderId.slice(prefix.length) }));
    },
  };
}

/** A client order id holds no space, so that what the prefix of one looks like is a prefix. */
function prefixOf(id: string): string {
  return [prefixes.spot, prefixes.algo].find((prefix) => id.startsWith(prefix)) ?? prefixes.contract;
}
