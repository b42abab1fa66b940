// A recipe between the pane, a share link and words.
import type { SharedRecipe } from '../../../graph/link/link.ts';
import { calibrationMethods, type CalibrationMethod } from '../../../graph/quant/observers.ts';
import type { Recipe } from '../../../graph/quant/quantize.ts';
import { calibratorLabel } from './calibrators.ts';

/** The method of a recipe; a file may name one that this page does not know. */
export const methodOf = (calibration: string): CalibrationMethod | undefined =>
  calibrationMethods.find((method) => method === calibration);

/** What a link carries of a recipe; undefined for a method that links do not know. */
export function sharedRecipe({ calibration, perChannel, equalized, float }: Recipe): SharedRecipe | undefined {
  const method = methodOf(calibration);
  return method && { calibration: method, perChannel, equalized, float: [...float] };
}

export const sameRecipe = (a: Recipe, b: Recipe): boolean => JSON.stringify(parts(a)) === JSON.stringify(parts(b));
const parts = ({ calibration, perChannel, equalized, float }: Recipe): unknown => [
  calibration,
  perChannel,
  equalized,
  [...float].sort(),
];

/** `Percentile 99.99, weights per channel, equalised, 3 layers in float`. */
export function recipeText({ calibration, perChannel, equalized, float }: Omit<Recipe, 'pictures'>): string {
  return [
    calibratorLabel(calibration),
    perChannel ? 'weights per channel' : 'weights per tensor',
    ...(equalized ? ['equalised'] : []),
    ...(float.length > 0 ? [`${float.length} ${float.length === 1 ? 'layer' : 'layers'} in float`] : []),
  ].join(', ');
}
