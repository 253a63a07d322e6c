/**
 * Whether a text is what a glob stands for: `*` for any characters, `?` for one. Allocates nothing and
 * looks at most once for each pair of characters, whatever a peer sends as a glob.
 */
export function matchesGlob(text: string, glob: string): boolean {
  let at = 0;
  let index = 0;
  let star = -1;
  let behindStar = 0;
  while (at < text.length) {
    if (glob[index] === '*') {
      star = index;
      behindStar = at;
      index += 1;
    } else if (glob[index] === '?' || glob[index] === text[at]) {
      index += 1;
      at += 1;
    } else if (star !== -1) {
      // The last star stands for one character more.
      behindStar += 1;
      at = behindStar;
      index = star + 1;
    } else {
      return false;
    }
  }
  while (glob[index] === '*') index += 1;
  return index === glob.length;
}
