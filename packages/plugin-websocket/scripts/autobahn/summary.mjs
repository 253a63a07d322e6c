// What the verdicts come to: numbers for each group, and the misses.

const COLUMNS = ['OK', 'INFORMATIONAL', 'NON-STRICT', 'FAILED', 'UNIMPLEMENTED'];

/** The worse of the verdicts on the messages and on the close; every other word is a failure. */
function verdictOf({ behavior, behaviorClose }) {
  const words = [behavior, behaviorClose];
  if (behavior === 'UNIMPLEMENTED') return 'UNIMPLEMENTED';
  if (words.some((word) => !COLUMNS.includes(word))) return 'FAILED';
  const found = ['FAILED', 'UNIMPLEMENTED', 'NON-STRICT', 'INFORMATIONAL'];
  return found.find((word) => words.includes(word)) ?? 'OK';
}

/** Rows `{ group, cases, OK, INFORMATIONAL, ... }`, the last one with the sums. */
export function countByGroup(verdicts) {
  const none = () => ({ cases: 0, ...Object.fromEntries(COLUMNS.map((column) => [column, 0])) });
  const sum = { group: 'all', ...none() };
  const rows = new Map();
  for (const [id, verdict] of Object.entries(verdicts)) {
    const group = id.split('.')[0];
    if (!rows.has(group)) rows.set(group, { group, ...none() });
    for (const row of [rows.get(group), sum]) {
      row.cases += 1;
      row[verdictOf(verdict)] += 1;
    }
  }
  return [...[...rows.values()].sort((a, b) => a.group - b.group), sum];
}

/**
 * A line for each case that is not as it should be. UNIMPLEMENTED says that client and suite did not agree
 * upon the compression of the case: it is a miss unless another run of the same role has the verdict.
 */
export function misses(runs) {
  return runs.flatMap(({ name, verdicts }) => {
    const role = name.split(',')[0];
    const others = runs.filter((run) => run.name !== name && run.name.startsWith(role));
    const hasVerdict = (id) =>
      others.some((run) => id in run.verdicts && verdictOf(run.verdicts[id]) !== 'UNIMPLEMENTED');
    return Object.entries(verdicts)
      .filter(([id, verdict]) => {
        const word = verdictOf(verdict);
        if (word === 'UNIMPLEMENTED') return !hasVerdict(id);
        return word !== 'OK' && word !== 'INFORMATIONAL';
      })
      .map(([id, { behavior, behaviorClose }]) => `${name}: ${id}: ${behavior}, ${behaviorClose}`);
  });
}

export function toText(tables, missed) {
  const lines = tables.map(({ name, rows }) => {
    const { cases, ...counts } = rows.at(-1);
    const found = COLUMNS.filter((column) => counts[column] > 0);
    return `${name}: ${cases} cases: ${found.map((word) => `${counts[word]} ${word}`).join(', ')}`;
  });
  return [...lines, `${missed.length} misses`, ...missed].join('\n');
}

export function toMarkdown(tables, missed, suite) {
  return `# The Autobahn test suite

Written by \`pnpm test:autobahn\`: the suite's own cases, run by ${suite} (PyPI), against the server with
permessage-deflate and against the client. A case counts by the worse of its verdicts, on the messages and on
the close. UNIMPLEMENTED: a server asks the client for \`client_no_context_takeover\`, which the client offers
with \`ownContextTakeover: false\`; these cases have their verdict in the last table.
${tables.map(toTable).join('')}
## Misses

${missed.length === 0 ? 'None.' : missed.map((line) => `- ${line}`).join('\n')}
`;
}

function toTable({ name, rows }) {
  const columns = ['group', 'cases', ...COLUMNS];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return `
## ${name[0].toUpperCase()}${name.slice(1)}

${line(columns)}
${line(columns.map(() => '---:'))}
${rows.map((row) => line(columns.map((column) => row[column]))).join('\n')}
`;
}
