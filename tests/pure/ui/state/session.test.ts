// The session derives: what views show belongs together, and times and recipes follow from what was found out, by net.
import { describe, expect, it } from 'vitest';
import type { SharedRecipe } from '../../../../src/graph/link/link.ts';
import { sceneOf } from '../../../../src/ui/drawing/scene.ts';
import { firstNet } from '../../../../src/ui/state/first-net.ts';
import { recordedHash, recordedProfile } from '../../../../src/ui/state/measurements/recorded.ts';
import type { BuiltNet } from '../../../../src/ui/state/built-net.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';

const begin = (): Session => new Session(firstNet.name, firstNet.text);
const edited = firstNet.text.replace('k3 s2 c32   e6', 'k5 s2 c32   e6');
const recipe: SharedRecipe = { calibration: 'max', perChannel: true, equalized: false, float: ['classifier'] };
const measured = (hash: string) => ({ record: { ...recordedProfile, hash }, plan: {} as never });

describe('a text with an error', () => {
  it('shows the net as it last was, in its own words', () => {
    const session = begin();
    const { net } = session;
    session.setText(`${edited.replace('k5', 'k31')}conv k3 c8\n`);
    expect(session.stale).toBe(true);
    expect(session.architecture.blocks.some(({ args }) => args['k'] === 31)).toBe(true);
    expect(session.net).toBe(net);
    const { units } = sceneOf(session.net as BuiltNet);
    expect(units.map(({ detail }) => detail)).not.toContain('k31 s2 e6');
    expect(units.filter(({ detail }) => detail === 'k3 s2 e6')).toHaveLength(4);
  });

  it('keeps the times of the net that is shown, and shares none', () => {
    const session = begin();
    session.measurements.keep(measured(recordedHash));
    const { times } = session;
    expect(times?.totalMs).toBeGreaterThan(0);
    expect(session.ownResult?.net).toBe(recordedHash);
    session.setText('nonsense');
    expect(session.times).toEqual(times);
    expect(session.ownResult).toBeUndefined();
  });

  it('shows nothing of another document', () => {
    const session = begin();
    session.open('other', 'nonsense');
    expect(session.net).toBeUndefined();
    expect(session.stale).toBe(false);
    session.undo();
    expect(session.net?.hash).toBe(recordedHash);
  });
});

describe('measurements', () => {
  it('belong to the net that they were made of, whichever is on the page', () => {
    const session = begin();
    session.measurements.keep(measured(recordedHash));
    session.pinBaseline();
    session.setText(edited);
    expect(session.times).toBeUndefined();
    expect(session.baselineTimes?.totalMs).toBeGreaterThan(0);
    session.undo();
    expect(session.times).toEqual(session.baselineTimes);
  });

  it('that come after the net was pinned are the baseline’s', () => {
    const session = begin();
    session.pinBaseline();
    expect(session.baselineTimes).toBeUndefined();
    session.measurements.keep(measured(recordedHash));
    expect(session.baselineTimes?.totalMs).toBeGreaterThan(0);
  });

  it('keep the first cold start and the twenty newest nets', () => {
    const { measurements } = begin();
    measurements.keep(measured('first'));
    const { record, plan } = measured('first');
    measurements.keep({ record: { ...record, cold: { compileMs: 0, uploadMs: 0, firstRunMs: 0 } }, plan });
    expect(measurements.of('first')?.record.cold).toEqual(recordedProfile.cold);
    for (let i = 0; i < 20; i++) measurements.keep(measured(`net ${i}`));
    expect(measurements.of('first')).toBeUndefined();
    expect(measurements.of('net 0')).toBeDefined();
    expect(measurements.last?.record.hash).toBe('net 19');
  });
});

describe('how the net was quantized', () => {
  it('comes from a link only for its net, and from this page before the link', () => {
    const session = begin();
    session.openLink({ name: 'sent', text: edited, recipe });
    expect(session.recipe).toEqual(recipe);
    session.undo();
    expect(session.recipe).toBeUndefined();
    session.redo();
    const own: SharedRecipe = { ...recipe, calibration: 'entropy', float: [] };
    session.quantization = { shared: own, noise: new Map([['classifier', 20]]) };
    expect(session.recipe).toEqual(own);
    expect(session.noise?.get('classifier')).toBe(20);
  });
});
