#!/usr/bin/env node
import { runProgram } from './program.js';

// A reader such as `head` may close the pipe early.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

void runProgram(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
