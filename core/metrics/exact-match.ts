/** 100 where both texts are the same after NFKC and without blanks at their ends, else 0. */
export const exactMatch = (hypothesis: string, reference: string): number =>
  hypothesis.normalize('NFKC').trim() === reference.normalize('NFKC').trim() ? 100 : 0
