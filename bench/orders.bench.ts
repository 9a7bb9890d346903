// How many second orders are placed: the same orders on the same simulated exchange under the same faults, through
// this library and through typical code with its peers. BENCH_SEEDS (20), BENCH_ORDERS (500 per seed and market)
// and BENCH_KILLS (200) set the size; BENCH_MARKETS selects the markets; BENCH_ONLY=kills or =clients runs one
// half.
import { readFileSync } from 'node:fs';
import { ambiguousFaults, ban } from './orders/ambiguous-faults.js';
import { ccxtPlacer } from './orders/ccxt-placer.js';
import { type KillTally, runKilled } from './orders/kill-run.js';
import { type Market, type MakePlacer, runOrders, type Tally, total } from './orders/order-run.js';
import { ourPlacer } from './orders/our-placer.js';
import { peerPlacers } from './orders/peer-placers.js';

const seeds = Number(process.env['BENCH_SEEDS'] ?? 20);
const orders = Number(process.env['BENCH_ORDERS'] ?? 500);
const kills = Number(process.env['BENCH_KILLS'] ?? 200);
const only = process.env['BENCH_ONLY'];
const markets = (process.env['BENCH_MARKETS'] ?? 'contract,spot').split(',') as Market[];

if (only !== 'kills') await compareClients();
if (only !== 'clients') await killAndRestart();

async function compareClients(): Promise<void> {
  const makeCcxt = await ccxtPlacer();
  const clients: Record<string, MakePlacer> = {
    'weex-resilience': ourPlacer,
    ...Object.fromEntries(
      Object.entries(peerPlacers).map(([name, make]) => [`${name} ${versionOf(name)}`, make]),
    ),
    ...(makeCcxt ? { [`ccxt ${makeCcxt.version}`]: makeCcxt.make } : {}),
  };
  for (const market of markets) {
    console.log(
      `\n${market}: ${seeds * orders} orders over ${seeds} seeds, three requests of ten under a fault`,
    );
    for (const [name, makePlacer] of Object.entries(clients)) {
      const tallies: Tally[] = [];
      for (let seed = 1; seed <= seeds; seed += 1) {
        tallies.push(
          await runOrders(makePlacer, {
            market,
            seed,
            orders,
            concurrency: 60,
            faults: [...ambiguousFaults, ban],
          }),
        );
      }
      print(name, total(tallies));
    }
  }
  if (!makeCcxt) console.log('  ccxt is not installed (npm install --no-save ccxt): left out');
}

async function killAndRestart(): Promise<void> {
  const program = new URL('./orders/killed-trader.js', import.meta.url).pathname;
  for (const market of markets) {
    const tally = await runKilled({ program, market, seed: 1, kills: Math.ceil(kills / markets.length) });
    printKills(market, tally);
  }
}

function print(name: string, tally: Tally): void {
  const { duplicates, faults, requests, unknown, unplaced, wronglyNotPlaced, wronglyPlaced } = tally;
  const wrong = wronglyPlaced + wronglyNotPlaced;
  const share = ((100 * faults) / requests).toFixed(0);
  console.log(
    `  ${name.padEnd(24)} duplicates ${pad(duplicates)}  reported wrongly ${pad(wrong)}  left unknown ${pad(unknown)}  ` +
      `not placed ${pad(unplaced)}  requests ${pad(requests)} (${share} % under a fault)`,
  );
}

function printKills(market: Market, tally: KillTally): void {
  console.log(
    `\n${market}: killed ${tally.kills} times and restarted, ${tally.orders} orders, ${tally.recovered} recovered\n` +
      `  its journal damaged ${tally.damaged} times, after which ${tally.named} intents were known by their ids alone\n` +
      `  duplicates ${tally.duplicates}  reported wrongly ${tally.wrong}  lost silently ${tally.lost}  left unknown ${tally.unknown}`,
  );
}

function pad(figure: number): string {
  return String(figure).padStart(5);
}

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
