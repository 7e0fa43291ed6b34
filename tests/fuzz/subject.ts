/** The texts that are mutated. */
export type Corpus = readonly [string, ...string[]];

/** Something that reads files, and what it must not do with any. */
export interface FuzzSubject<Case> {
  readonly readCorpus: () => Promise<Corpus>;
  /** The case of this number: always the same for the same seed, so that one can be looked at alone. */
  readonly makeCase: (index: number, options: { readonly seed: number; readonly corpus: Corpus }) => Case;
  /** Reads the files of a case. Rejects when the reader does what it must not. */
  readonly runCase: (files: Case) => Promise<void>;
  /** The texts of a case, by the ends of their files' names. */
  readonly texts: (files: Case) => Readonly<Record<string, string>>;
}

/** A subject whose cases nobody else looks into. */
export interface OpenedSubject {
  readonly run: (index: number) => Promise<void>;
  readonly texts: (index: number) => Readonly<Record<string, string>>;
}

/** Reads the corpus of a subject. */
export async function openSubject<Case>(
  { readCorpus, makeCase, runCase, texts }: FuzzSubject<Case>,
  { seed }: { readonly seed: number },
): Promise<OpenedSubject> {
  const corpus = await readCorpus();
  const caseOf = (index: number) => makeCase(index, { seed, corpus });
  return { run: (index) => runCase(caseOf(index)), texts: (index) => texts(caseOf(index)) };
}
