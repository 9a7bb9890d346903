import { isMainThread } from 'node:worker_threads';
import { runProgram } from './program.js';
import { serveDays } from './rehearse-days.js';

if (isMainThread) {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('Interrupted')));

  process.exitCode = await runProgram(process.argv.slice(2), {
    output: process.stdout,
    err: (text) => void process.stderr.write(text),
    program: new URL(import.meta.url),
    signal: interrupt.signal,
  });
} else serveDays();
