// Finds the ```ts fences of the Markdown files and of the doc comments in src.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ file: string, line: number, code: string, runs: boolean }} Example */

const root = join(import.meta.dirname, '..');

/** The files that contain examples: all Markdown, and all sources. */
export function documented() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const documents = [...markdownIn('.', false), ...markdownIn('docs', true)];
  return [...documents, ...sources.filter((file) => file.endsWith('.ts')).map((file) => join('src', file))];
}

/**
 * @param {string} place
 * @param {boolean} recursive
 */
function markdownIn(place, recursive) {
  if (!existsSync(join(root, place))) return [];
  const names = readdirSync(join(root, place), { recursive, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(place, name));
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {Example[]}
 */
export function examplesOf(file, text) {
  // In a source file a line of a doc comment starts with an asterisk; anything else is not documentation.
  const margin = file.endsWith('.ts') ? /^\s*\* ?/ : /^/;
  /** @type {Example[]} */
  const found = [];
  /** @type {Example | undefined} */
  let open;
  for (const [index, whole] of text.split('\n').entries()) {
    const line = margin.test(whole) ? whole.replace(margin, '') : '';
    const fence = /^\s*```(\S*) ?(\S*)/.exec(line);
    if (fence && open) open = undefined;
    else if (fence && fence[1] === 'ts') {
      open = { file, line: index + 2, code: '', runs: fence[2] === 'run' };
      found.push(open);
    } else if (fence) {
      // Another language: its lines are skipped until it closes.
      open = { file, line: index + 2, code: '', runs: false };
    } else if (open) open.code += `${line}\n`;
  }
  return found;
}
