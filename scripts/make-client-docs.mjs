// Writes the tables of the client into docs/client.md from those of the built package; a test fails if the page is
// out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { defineClientPolicies } from '../dist/client/client-policies.js';
import { contractEndpoints } from '../dist/client/contract-endpoints.js';
import { spotEndpoints } from '../dist/client/spot-endpoints.js';
import { PolicyRegistry } from '../dist/index.js';
import { insertTable, methodsTable, policiesTable } from './client-tables.mjs';

const registry = new PolicyRegistry();
defineClientPolicies(registry);
write('../docs/client.md', 'client methods', methodsTable(spotEndpoints, contractEndpoints));
write(
  '../docs/client.md',
  'client policies',
  policiesTable((name) => registry.get(name).describe().options),
);

/**
 * @param {string} path
 * @param {string} name
 * @param {string} table
 */
function write(path, name, table) {
  const file = new URL(path, import.meta.url);
  writeFileSync(file, insertTable(readFileSync(file, 'utf8'), name, table));
}
