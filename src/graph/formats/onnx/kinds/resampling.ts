// ONNX Resize and Upsample: which axes, which scales, which rule, through five versions of the operator.
import type { Call, Kind } from '../../model/call.ts';
import { resize, type Coordinates, type Nearest, type ResizeAxis, type ResizeRule } from '../../model/math/resize.ts';

interface Plan {
  readonly shape: readonly number[];
  readonly axes: readonly ResizeAxis[];
}

export function resizePlan(call: Call): Plan {
  const x = call.shape(0);
  const upsample = call.node.kind === 'Upsample';
  const modern = !upsample && call.opset >= 11;
  const scalesAt = modern ? 2 : 1;
  const attribute = upsample && call.opset < 9 ? call.list('scales') : undefined;
  const given = attribute ?? (call.has(scalesAt) ? call.constants(scalesAt) : []);
  const sizes = modern && call.has(3) ? call.constants(3) : [];
  const axes = call.opset >= 18 && call.list('axes') ? call.axes(call.list('axes')!, x.length) : x.map((_, i) => i);
  if ((given.length === 0) === (sizes.length === 0)) call.fail('must have scales or sizes, and not both');
  const count = given.length || sizes.length;
  if (count !== axes.length) call.fail(`has ${count} scales or sizes for ${axes.length} axes`);
  const bad = [...given, ...sizes].find((value) => !(value > 0) || !Number.isFinite(value));
  if (bad !== undefined) call.fail(`has a scale or size of ${bad}`);
  const scales =
    sizes.length > 0
      ? aspect(
          call,
          axes.map((axis, i) => sizes[i]! / x[axis]!),
        )
      : given;
  const kept = call.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch';
  const roi =
    modern && call.has(1) && call.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize'
      ? call.constants(1)
      : [];
  const shape = [...x];
  const targets = axes.map((axis, i): ResizeAxis => {
    const crop = roi.length > 0 ? ([roi[i]!, roi[i + axes.length]!] as const) : ([0, 1] as const);
    const size =
      sizes.length === 0
        ? Math.floor(x[axis]! * (crop[1] - crop[0]) * scales[i]!)
        : kept
          ? Math.round(x[axis]! * scales[i]!)
          : sizes[i]!;
    shape[axis] = size;
    return { axis, size, scale: scales[i]!, crop };
  });
  return { shape, axes: targets };
}

/** One scale for all axes where the aspect ratio is kept. */
function aspect(call: Call, scales: readonly number[]): readonly number[] {
  const policy = call.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return scales;
  const one = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return scales.map(() => one);
}

export function resizeRule(call: Call): ResizeRule {
  const modern = call.node.kind === 'Resize' && call.opset >= 11;
  const mode = call.text('mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'bilinear' && mode !== 'cubic')
    return call.fail(`resizes by "${mode}"`);
  return {
    mode: mode === 'bilinear' ? 'linear' : mode,
    coordinates: (modern ? call.text('coordinate_transformation_mode', 'half_pixel') : 'asymmetric') as Coordinates,
    nearest: (modern ? call.text('nearest_mode', 'round_prefer_floor') : 'floor') as Nearest,
    cubic: call.number('cubic_coeff_a', -0.75),
    excludeOutside: call.number('exclude_outside', 0) === 1,
    antialias: call.number('antialias', 0) === 1,
    extrapolation: call.number('extrapolation_value', 0),
  };
}

const kind: Kind = {
  infer(call) {
    resizeRule(call);
    return [call.like(0, resizePlan(call).shape)];
  },
  run(call, [out]) {
    out!.data.set(resize(call.tensor(0), resizePlan(call).axes, resizeRule(call)).data);
  },
};

export const resampling: Readonly<Record<string, Kind>> = { Resize: kind, Upsample: kind };
