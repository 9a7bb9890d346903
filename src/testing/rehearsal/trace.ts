/** What happened in a rehearsal, one line per event, in order. */
export interface Trace {
  add(text: string): void;
  /** A short name for a client order id, numbered by first appearance: the same whatever the id is. */
  readonly nameOf: (clientOrderId: string) => string;
  text(): string;
  /** The lines just before a time, and the first after it. */
  readonly around: (atMs: number) => string;
}

interface Line {
  readonly atMs: number;
  readonly text: string;
}

const shown = { before: 25, after: 5 };

/** Creates a trace that reads the time for each line. */
export function createTrace(nowMs: () => number): Trace {
  const lines: Line[] = [];
  const names = new Map<string, string>();
  const write = ({ atMs, text }: Line): string => `${String(atMs).padStart(9)} ${text}\n`;
  return {
    add: (text) => void lines.push({ atMs: nowMs(), text }),
    nameOf(clientOrderId) {
      let name = names.get(clientOrderId);
      if (name === undefined) names.set(clientOrderId, (name = `order-${names.size + 1}`));
      return name;
    },
    text: () => lines.map(write).join(''),
    around(atMs) {
      const after = lines.findIndex((line) => line.atMs > atMs);
      const middle = after < 0 ? lines.length : after;
      return lines
        .slice(Math.max(0, middle - shown.before), middle + shown.after)
        .map(write)
        .join('');
    },
  };
}
