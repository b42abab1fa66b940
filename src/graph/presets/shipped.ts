// Which of the models that ship has the weights of a document: by what the net is, at any input size and under any name.
import type { Architecture } from '../architecture.ts';
import { canonical } from '../notation/canonical.ts';
import { shippedModels } from '../weights/embedded.ts';
import { resolvePreset } from './resolve.ts';

let models: ReadonlyMap<string, string> | undefined;

const keyOf = ({ header, ...rest }: Architecture): string =>
  canonical({ ...rest, header: { ...header, input: [header.input[0], 1, 1] } });

/** The model's name in public/models; undefined for a net of which no weights ship. */
export function shippedModelOf(architecture: Architecture): string | undefined {
  models ??= new Map(
    Object.entries(shippedModels).map(([net, model]) => {
      const own = resolvePreset(net);
      if ('problem' in own) throw new Error(own.problem);
      return [keyOf(own.architecture), model];
    }),
  );
  return models.get(keyOf(architecture));
}
