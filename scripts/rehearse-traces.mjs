// Prints one hash of the traces of some seeds for each version of Node: `node scripts/rehearse-traces.mjs 20 22
// 24`. It exits with 1 if they differ. First run `npm run rehearse -- --seeds 1`, which builds what it needs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const seeds = 20;
const here = fileURLToPath(import.meta.url);

async function hashTraces() {
  const { rehearse } = await import('weex-resilience/testing');
  const bot = new URL('../build/examples/rehearsal/main.js', import.meta.url).href;
  const { run } = /** @type {{ readonly run: import('weex-resilience/testing').RehearsalProgram }} */ (
    await import(bot)
  );
  const hash = createHash('sha256');
  for (let seed = 1; seed <= seeds; seed += 1) {
    // One after the other: they share the time of the process.
    const { trace } = await rehearse({ seed, run });
    hash.update(trace);
  }
  return hash.digest('hex');
}

/** @param {string} version */
function hashUnder(version) {
  const args = ['-y', '-p', `node@${version}`, 'node', here, '--hash'];
  return execFileSync('npx', args, { encoding: 'utf8' }).trim();
}

if (process.argv.includes('--hash')) {
  console.log(`${process.version} ${await hashTraces()}`);
} else {
  const lines = process.argv.slice(2).map(hashUnder);
  for (const line of lines) console.log(line);
  if (new Set(lines.map((line) => line.split(' ')[1])).size !== 1) process.exitCode = 1;
}
