// The measures of a drawn net, in pixels at zoom 1: layout, flow and texts reckon with the same.
export const sizes = {
  card: { width: 160, height: 42 },
  op: { width: 176, height: 28 },
  gapY: 22,
  /** Room for the skip arc left of a column and the edge to the next one right of it. */
  gapX: 40,
  /** Between bands: the titles of the lower one and the edge that leads to it. */
  bandGap: 44,
  header: 34,
  padding: 10,
  /** Of the smallest text. */
  text: 12.5,
} as const;
