/** Nobody misspells what is longer, and it would take long to compare. */
const LONGEST = 100;

/** A word of fewer letters begins too many others. */
const SHORTEST_BEGINNING = 4;

/**
 * The candidate that a person most likely meant by a misspelt word, or undefined when none is near: the shortest that
 * the word begins, or else one of which at most a third of the letters differ. Case does not count.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Infinity;
  const written = word.toLowerCase();
  const letters = new Set(written);
  // What ends in "_" says nothing of the word to come.
  const isBeginning = written.length >= SHORTEST_BEGINNING && !written.endsWith("_");
  for (const candidate of candidates) {
    const most = Math.max(1, Math.floor(candidate.length / 3));
    const wanted = candidate.toLowerCase();
    if (isBeginning && wanted.startsWith(written)) {
      const distance = (wanted.length - written.length) / LONGEST;
      if (distance >= bestDistance) continue;
      best = candidate;
      bestDistance = distance;
      continue;
    }
    // At least so many letters differ, which is told much faster: a file may have a million unknown words.
    if (Math.abs(written.length - wanted.length) > most || countOutside(letters, wanted) > most) continue;
    const distance = editDistance(written, wanted);
    if (distance < bestDistance && distance <= most) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many letters of a word are not among these. */
function countOutside(letters: ReadonlySet<string>, word: string): number {
  let count = 0;
  for (const letter of word) if (!letters.has(letter)) count++;
  return count;
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (last[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length] ?? 0;
}
