import { readFileSync } from 'node:fs';
import { createNoopMeter } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/otel/attributes.js';
import { instrumentWeexResilience } from '../../src/otel/index.js';

const page = readFileSync(new URL('../../docs/otel.md', import.meta.url), 'utf8');

/** Every instrument that is made, by its name without the prefix. */
function instruments(): string[] {
  const names: string[] = [];
  const noted = new Proxy(createNoopMeter(), {
    get(meter, method) {
      const make = Reflect.get(meter, method) as (name: string) => unknown;
      if (!String(method).startsWith('create')) return make;
      return (name: string) => {
        names.push(name);
        return make.call(meter, name);
      };
    },
  });
  instrumentWeexResilience({ meter: noted }).dispose();
  return names;
}

describe('docs/otel.md', () => {
  it('has each metric, and no other', () => {
    const rows = [...page.matchAll(/^\| ((?:`[\w.]+`(?:, )?)+) \| (?:histogram|counter|up-down)/gm)];
    const documented = rows.flatMap(([, names = '']) =>
      [...names.matchAll(/`([\w.]+)`/g)].map(([, name]) => `weex.resilience.${name}`),
    );
    expect(documented.toSorted()).toEqual(instruments().toSorted());
  });

  it('has each attribute', () => {
    for (const name of Object.values(attribute)) expect(page).toContain(`\`${name}\``);
  });
});
