import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** The file is rewritten when it is this long and mostly contains settled ids. */
const longestBytes = 65_536;

/** The open ids, in a separate file, so that they are known when a damaged database has lost them. */
export interface OpenIdsFile {
  readonly ids: ReadonlySet<string>;
  add(id: string): void;
  delete(id: string): void;
  close(): void;
}

/**
 * Opens the file and adds the ids in the database. Each line marks one id as open, or as no longer open; damaged
 * lines are ignored. The file is not flushed: it survives `kill -9`, and after a power cut its last lines may be
 * missing.
 */
export function openIdsFile(path: string, stored: Iterable<string>): OpenIdsFile {
  const ids = read(path);
  for (const id of stored) ids.add(id);
  let file = -1;
  let bytes = 0;
  const rewrite = (): void => {
    const text = [...ids].map((id) => lineOf('+', id)).join('');
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    if (file !== -1) closeSync(file);
    file = openSync(path, 'a');
    bytes = 2 * text.length;
  };
  const append = (sign: '+' | '-', id: string): void => {
    bytes += writeSync(file, lineOf(sign, id));
    if (bytes > longestBytes && bytes > 8 * ids.size * id.length) rewrite();
  };
  rewrite();
  return {
    ids,
    add(id) {
      ids.add(id);
      append('+', id);
    },
    delete(id) {
      if (ids.delete(id)) append('-', id);
    },
    close: () => closeSync(file),
  };
}

/** As JSON, since an id may contain a line break. */
function lineOf(sign: '+' | '-', id: string): string {
  return `${sign}${JSON.stringify(id)}\n`;
}

function read(path: string): Set<string> {
  const ids = new Set<string>();
  for (const line of textOf(path).split('\n')) {
    const id = idOf(line);
    if (id === undefined) continue;
    if (line.startsWith('+')) ids.add(id);
    else ids.delete(id);
  }
  return ids;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function idOf(line: string): string | undefined {
  if (!/^[+-]"/.test(line)) return undefined;
  try {
    return JSON.parse(line.slice(1)) as string;
  } catch {
    return undefined;
  }
}
