// `pnpm test:autobahn`: the cases of the Autobahn test suite against the server and the client.
// `--cases 1.*,7.1.1` and `--roles server` (or client) run a part, and leave AUTOBAHN.md as it is.
// Ends with 1 when a verdict is neither OK nor INFORMATIONAL, with 0 where the suite cannot be installed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveEcho, withoutTakeover, withTakeover } from './autobahn/peers.mjs';
import { installSuite, packageFolder, testClient, testServer } from './autobahn/suite.mjs';
import { countByGroup, misses, toMarkdown, toText } from './autobahn/summary.mjs';

const GROUPS = ['1', '2', '3', '4', '5', '6', '7', '9', '10', '12', '13'];
/** Groups about permessage-deflate: the others would be the same for a client that compresses otherwise. */
const DEFLATE_GROUPS = ['12', '13'];

const { values } = parseArgs({
  options: { cases: { type: 'string' }, roles: { type: 'string', default: 'server,client' } },
});
const roles = values.roles.split(',');
const wanted = values.cases?.split(',') ?? GROUPS.map((group) => `${group}.*`);
const isWhole = values.cases === undefined && roles.includes('server') && roles.includes('client');

const suite = installSuite();
if (suite.missing !== undefined) {
  console.log(`autobahn: skipped: ${suite.missing}`);
  process.exit(0);
}

const runs = [];
if (roles.includes('server')) {
  const server = await serveEcho();
  runs.push({ name: 'server', verdicts: await testServer(suite, server.address, wanted) });
  await server.close();
}
if (roles.includes('client')) {
  runs.push({ name: 'client', verdicts: await testClient(suite, wanted, withTakeover) });
  const deflating = wanted.filter((id) => DEFLATE_GROUPS.includes(id.split('.')[0]));
  if (deflating.length > 0) {
    const verdicts = await testClient(suite, deflating, withoutTakeover);
    runs.push({ name: 'client, `ownContextTakeover: false`', verdicts });
  }
}

const tables = runs.map(({ name, verdicts }) => ({ name, rows: countByGroup(verdicts) }));
const missed = misses(runs);
console.log(toText(tables, missed));
if (isWhole) {
  writeFileSync(join(packageFolder, 'AUTOBAHN.md'), toMarkdown(tables, missed, suite.name));
}
process.exit(missed.length === 0 ? 0 : 1);
