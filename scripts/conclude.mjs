/**
 * Ends the process with what was found: each failure by name, so that the end of a long log says
 * what to look at, then the counts on the last line.
 */
export function conclude({ passed, skipped, failures }) {
  for (const failure of failures) console.log(`failed: ${failure}`);
  if (skipped > 0) console.log(`${skipped} skipped, each with its reason above`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exit(failures.length === 0 ? 0 : 1);
}
