/** Keeps this thread, and the server in it, from doing anything else for so many milliseconds. */
export function stall(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}
