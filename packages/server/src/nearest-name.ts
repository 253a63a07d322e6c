/** The known name that is at most two slips of the finger away, if any. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  return known.find((name) => editDistance(wrong.toLowerCase(), name.toLowerCase()) <= 2);
}

/** Letters to insert, delete or replace (Levenshtein's distance). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = row[column - 1]! + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
