import type { Intent, IntentJournal } from '../orders/index.js';

/** The sections with separate client order ids: a journal has room for one intent per id. */
const names = ['contract', 'spot', 'algo'] as const;

type SectionName = (typeof names)[number];

/** The sections of a journal: the orders of each market, and conditional orders. */
export type JournalSections = Readonly<Record<SectionName, IntentJournal>>;

/** Calls that share a journal share its sections, and so know each other's ids. */
const known: WeakMap<IntentJournal, JournalSections> = new WeakMap();

/** The sections of a journal, each of which is a journal. */
export function journalSections(journal: IntentJournal): JournalSections {
  const sections = known.get(journal) ?? makeSections(journal);
  known.set(journal, sections);
  return sections;
}

/**
 * An intent is stored under its own id, unless another section has an open one with that id: only then it is stored
 * under the name of its section and its id, with a space in between, which no client order id contains. In a
 * journal shared by processes, spot and conditional orders always use such names.
 */
function makeSections(journal: IntentJournal): JournalSections {
  let read: Promise<Map<string, SectionName>> | undefined;
  /** The section of each intent that is stored under its own id. */
  const owners = (): Promise<Map<string, SectionName>> => {
    // If reading fails, the next call reads again.
    const reading = (read ??= readOwners(journal));
    return reading.catch((error: unknown) => {
      read = undefined;
      throw error;
    });
  };
  const isOpen = journal.isOpen?.bind(journal);
  const isIntentOwn = journal.isOwn?.bind(journal);
  const isShared = isIntentOwn !== undefined;
  const makeSection = (name: SectionName): IntentJournal => {
    const keyOf = async (id: string): Promise<string> => {
      // Other processes write to a shared journal at any time.
      if (isShared) return name === 'contract' ? id : `${name} ${id}`;
      const owner = (await owners()).get(id) ?? name;
      return owner === name ? id : `${name} ${id}`;
    };
    return {
      async sent(intent) {
        const { clientOrderId } = intent;
        const key = await keyOf(clientOrderId);
        if (key === clientOrderId && !isShared) (await owners()).set(key, name);
        await journal.sent({ ...intent, clientOrderId: key });
      },
      async settled(clientOrderId, outcome) {
        const key = await keyOf(clientOrderId);
        await journal.settled(key, outcome);
        if (key === clientOrderId && !isShared) (await owners()).delete(key);
      },
      ...(isOpen && { isOpen: async (clientOrderId) => isOpen(await keyOf(clientOrderId)) }),
      async open(select = () => true) {
        const isOwn = (intent: Intent): boolean => ownerOf(intent) === name;
        const intents = await journal.open((intent) => isOwn(intent) && select(withOwnId(intent)));
        return intents.filter(isOwn).map(withOwnId);
      },
      ...(isIntentOwn && { isOwn: async (clientOrderId) => isIntentOwn(await keyOf(clientOrderId)) }),
      ...(journal.sendBefore && { sendBefore: () => journal.sendBefore?.() }),
    };
  };
  return { contract: makeSection('contract'), spot: makeSection('spot'), algo: makeSection('algo') };
}

async function readOwners(journal: IntentJournal): Promise<Map<string, SectionName>> {
  const owners = new Map<string, SectionName>();
  for (const intent of await journal.open()) {
    if (withOwnId(intent) === intent) owners.set(intent.clientOrderId, ownerOf(intent));
  }
  return owners;
}

/** The section of an intent, from the name before its id or from the operation; unknown for a damaged record. */
function ownerOf({ clientOrderId, operation = '' }: Intent): SectionName {
  const named = names.find((name) => clientOrderId.startsWith(`${name} `));
  if (named) return named;
  if (/Algo|TpSl/.test(operation)) return 'algo';
  return operation.startsWith('spot.') ? 'spot' : 'contract';
}

function withOwnId(intent: Intent): Intent {
  const { clientOrderId } = intent;
  const named = names.find((name) => clientOrderId.startsWith(`${name} `));
  return named ? { ...intent, clientOrderId: clientOrderId.slice(named.length + 1) } : intent;
}
