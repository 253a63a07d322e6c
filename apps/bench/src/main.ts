// `pnpm bench SCENARIO`: exit code 0, 1 when something failed, 2 on a wrong command line.
import { whyNoNativePrograms } from './native-programs.js';
import { choosePinning } from './pinning.js';
import { describeMachine, type Report, writeReport } from './results.js';
import type { Bench, Outcome } from './scenario.js';
import { runConnectStorms } from './scenarios/connects.js';
import { runIdle } from './scenarios/idle.js';
import { runIdleCpu } from './scenarios/idle-cpu.js';
import { runLoops } from './scenarios/loops.js';
import { runRedis } from './scenarios/redis.js';
import { runThroughput } from './scenarios/throughput.js';
import { readSettings, type ScenarioName, UsageError, usage } from './settings.js';

const SCENARIOS: Readonly<Record<ScenarioName, (bench: Bench) => Promise<Outcome>>> = {
  echo: (bench) => runThroughput('echo', bench),
  framed: (bench) => runThroughput('framed', bench),
  protobuf: (bench) => runThroughput('protobuf', bench),
  websocket: (bench) => runThroughput('websocket', bench),
  broadcast: (bench) => runThroughput('broadcast', bench),
  idle: runIdle,
  connects: runConnectStorms,
  'idle-cpu': runIdleCpu,
  loops: runLoops,
  redis: runRedis,
};

/** Another process that works makes messages/s small; CPU a message suffers less. */
const BUSY = 0.5;

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--help' || args[0] === '-h') {
    console.log(usage());
    return 0;
  }
  const { scenario, settings } = readSettings(args);
  const missing = whyNoNativePrograms();
  if (missing !== undefined) throw new Error(missing);
  const pinning = choosePinning(settings.pin);
  const machine = describeMachine();
  const progress = (text: string) => console.error(text);
  progress(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${pinning.reason}`);
  if (machine.loadAverage > BUSY) {
    progress(`the load average is ${machine.loadAverage.toFixed(1)}: something else is running`);
  }
  const date = new Date().toISOString();
  const { table, data, failures } = await SCENARIOS[scenario]({ settings, pinning, progress });
  const report = { scenario, date, machine, pinning: pinning.reason, settings, failures, data };
  print(report, table);
  return failures.length === 0 ? 0 : 1;
}

function print(report: Report, table: string): void {
  const path = writeReport(report);
  console.error('');
  if (report.settings.json) console.log(JSON.stringify(report));
  else console.log(table);
  for (const failure of report.failures) console.error(`FAILED ${failure}`);
  console.error(`written: ${path}`);
}

// An exit, unlike a signal's default, lets the children be ended.
process.once('SIGTERM', () => process.exit(143));

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`bench: ${message}`);
    if (error instanceof UsageError) console.error(usage());
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
