import { runProgram } from './program.js';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort(new Error('Interrupted')));

process.exitCode = await runProgram(process.argv.slice(2), {
  output: process.stdout,
  err: (text) => void process.stderr.write(text),
  signal: interrupt.signal,
});
