#!/usr/bin/env node
import { runProgram } from './program.js';

// Whoever reads, such as `head`, may have read enough.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

void runProgram(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
