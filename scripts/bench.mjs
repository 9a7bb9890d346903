// Runs the benchmarks named on the command line, or all of them: `npm run bench -- call-cost`. Each runs in its own
// process, so that none is affected by what the optimizer learned from another.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const suffix = '.bench.js';
const folder = new URL('../build/bench/', import.meta.url);
const known = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;

const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`Cannot run ${unknown.join(', ')}: known benchmarks are ${known.join(', ')}`);
  process.exit(2);
}
for (const name of wanted) {
  const file = new URL(name + suffix, folder);
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--enable-source-maps', file.pathname], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
