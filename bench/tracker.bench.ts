import { ErrorTracker, WEEXError, WEEXNetworkError, WEEXRateLimitError } from 'weex-resilience';

// What ten million errors do to memory: the heap after every million, first in a storm of one kind, then in one
// where every code and every operation is new.
const errorsInAll = Number(process.env['BENCH_ERRORS'] ?? 10_000_000);
const steps = 10;

const collect = globalThis.gc;
if (!collect) throw new Error('Cannot measure memory: run node with --expose-gc');

/** Bytes on the heap after a garbage collection. */
function heapUsed(): number {
  for (let round = 0; round < 3; round += 1) collect?.();
  return process.memoryUsage().heapUsed;
}

function storm(title: string, tracker: ErrorTracker, record: (index: number) => void): void {
  console.log(`\n${title}: ${errorsInAll.toLocaleString('en')} errors, Node ${process.version}`);
  const before = heapUsed();
  let nanoseconds = 0n;
  for (let step = 1; step <= steps; step += 1) {
    const from = ((step - 1) * errorsInAll) / steps;
    const to = (step * errorsInAll) / steps;
    const start = process.hrtime.bigint();
    for (let index = from; index < to; index += 1) record(index);
    nanoseconds += process.hrtime.bigint() - start;
    const kilobytes = ((heapUsed() - before) / 1000).toFixed(0);
    console.log(`  ${to.toLocaleString('en').padStart(10)} recorded: heap + ${kilobytes.padStart(5)} kB`);
  }
  const { totalErrors, patterns } = tracker.summary();
  console.log(
    `  ${Number(nanoseconds / BigInt(errorsInAll))} ns per error; in the second storm this includes creating it`,
  );
  console.log(`  ${totalErrors.toLocaleString('en')} counted, ${patterns[0]?.pattern} first`);
}

const few = new ErrorTracker();
const known = [
  new WEEXRateLimitError('Too many requests', { code: 40029, retryAfter: 1 }),
  new WEEXNetworkError('socket hang up', { code: 'ECONNRESET', executionStatus: 'unknown' }),
  new WEEXError('Something else', { code: 50000 }),
];
storm('Three kinds', few, (index) => few.record(known[index % 3], { operation: 'placeOrder' }));

const many = new ErrorTracker();
const stackTraceLimit = Error.stackTraceLimit;
Error.stackTraceLimit = 0;
storm('Always new kinds', many, (index) => {
  many.record(new WEEXError('x', { code: `C${index}` }), { operation: `operation ${index}` });
});
Error.stackTraceLimit = stackTraceLimit;
