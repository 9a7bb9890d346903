import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ErrorTracker, WEEXError } from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';

const page = readFileSync(new URL('../../docs/observability.md', import.meta.url), 'utf8');
const source = ['call-facts', 'events', 'order-events']
  .map((name) => readFileSync(new URL(`../../src/observability/${name}.ts`, import.meta.url), 'utf8'))
  .join('\n');

/** The fields of every interface of the source, those that it inherits included. */
function interfaces(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, name = '', base, body = ''] of source.matchAll(
    /^export interface (\w+)(?: extends (\w+))? \{\n(.*?)^\}/gms,
  )) {
    const own = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = '']) => field);
    found.set(name, [...(base ? (found.get(base) ?? []) : []), ...own]);
  }
  return found;
}

/** The last cell of each row of the tables of events, by the first. */
function rows(): Map<string, string[]> {
  const tables = page.slice(page.indexOf('## Events'), page.indexOf('## The log'));
  const found = new Map<string, string[]>();
  for (const [, type = '', fields = ''] of tables.matchAll(/^\| `(\w+)` \|.*\| ([^|]*) \|$/gm)) {
    const named = fields.replaceAll(/\([^)]*\)/g, '');
    found.set(
      type,
      [...named.matchAll(/`(\w+)`/g)].map(([, field = '']) => field),
    );
  }
  return found;
}

describe('docs/observability.md', () => {
  it('has each event with each of its fields, and no other', () => {
    const common = ['at', 'policy', 'callId', 'operation', 'key'];
    const documented = rows();
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(channels).toSorted());
    for (const [name, fields] of interfaces()) {
      const type = name.charAt(0).toLowerCase() + name.slice(1);
      if (!Object.hasOwn(channels, type)) continue;
      const taken = ['type', 'at', ...(fields.includes('callId') ? common : [])];
      const further = fields.filter((field) => !taken.includes(field));
      expect([...(documented.get(type) ?? [])].toSorted(), type).toEqual(further.toSorted());
    }
  });

  it('has each field of a summary', () => {
    const tracker = new ErrorTracker();
    tracker.record(new WEEXError());
    const table = page.slice(page.indexOf('| field of `summary()`'));
    for (const field of Object.keys(tracker.summary())) expect(table).toContain(`\`${field}\``);
  });
});
