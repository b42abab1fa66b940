// The net as an SVG: every block is in it, its texts cannot become markup.
import { describe, expect, it } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { layoutOf } from '../../../src/ui/drawing/layout.ts';
import { sceneOf } from '../../../src/ui/drawing/scene.ts';
import { netImage } from '../../../src/ui/drawing/net-image.ts';

function imageOf(preset: string, name = preset) {
  const resolved = resolvePreset(preset);
  const { graph, architecture } = check('problem' in resolved ? '' : resolved.text, name);
  if (!graph) throw new Error(`${preset} does not build`);
  const scene = sceneOf({ graph, architecture });
  return {
    scene,
    image: netImage(
      name,
      '0123456789abcdef',
      scene,
      layoutOf(scene, new Set()),
      accounting(graph),
      new Date('2026-03-01'),
    ),
  };
}

describe('the image', () => {
  it('shows each block with word and shape, residuals and what the net costs', () => {
    const { scene, image } = imageOf('mobilenetv2_100');
    expect(image.svg.match(/>mbconv</g)).toHaveLength(scene.units.filter(({ word }) => word === 'mbconv').length);
    expect(image.svg).toContain('>7×7×1280<');
    expect(image.svg.match(/<circle/g)).toHaveLength(scene.units.filter(({ residual }) => residual).length);
    expect(image.svg).toContain('224×224×3 input · 21 blocks');
    expect(image.svg).toContain('net 0123456789abcdef · 2026-03-01');
    expect(image.svg).toContain('3.50\u202fM parameters · 301\u202fM MACs');
    expect(image.svg).not.toMatch(/NaN|undefined/);
  });

  it('escapes names', () => {
    const { image } = imageOf('mobilenetv3_small_050', '<script>"&');
    expect(image.svg).not.toContain('<script');
    expect(image.svg).toContain('&lt;script&gt;&quot;&amp;');
  });
});
