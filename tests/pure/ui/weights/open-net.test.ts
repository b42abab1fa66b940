// The open net follows the page: what views want of it is asked for of this net alone, and weights that do not fit take nothing away.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolvePreset } from '../../../../src/graph/presets/resolve.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { Vision } from '../../../../src/ui/views/try/vision.svelte.ts';
import { OpenNet } from '../../../../src/ui/weights/open-net.svelte.ts';
import type { Look, NetRequest, OpenedNet, WeightsFacts } from '../../../../src/workers/jobs/vision/protocol.ts';

function presetText(name: string): string {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return resolved.text;
}

const facts: WeightsFacts = {
  kind: 'made-up',
  name: 'made-up',
  source: 'random numbers',
  bytes: 0,
  sha256: '',
  imagenet: false,
  nonFinite: 0,
};
const opened: OpenedNet = { fits: true, path: { kind: 'wasm', why: 'a test' }, weights: facts };
const file = (name: string): File => new File([new Uint8Array(8)], name);

/** A page with a worker that takes every net whose weights are not of a file called `wrong`. */
function begin(name: string) {
  const session = new Session(name, presetText(name));
  const requests: NetRequest[] = [];
  const calls = {
    openNet(_: number, request: NetRequest) {
      requests.push(request);
      const { weights } = request;
      const wrong = weights.kind === 'file' && weights.name.startsWith('wrong');
      return Promise.resolve({
        ok: true,
        value: wrong ? { fits: false, mismatch: ['1 missing'], offers: [], unsound: false } : opened,
      });
    },
    listWeights: () => Promise.resolve({ ok: true, value: [] }),
  };
  const client = { calls, call: (work: (remote: typeof calls, ticket: number) => unknown) => work(calls, 1) };
  const net = new OpenNet(session, () => client as never);
  return { session, net, vision: new Vision(session, net), requests };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const passed = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

describe('what views want of every answer', () => {
  it('is asked for of this net alone', async () => {
    const { session, net, requests } = begin('mobilenetv2_100');
    net.use({ kind: 'made-up' });
    net.keep('class map', ['bn2.act']);
    await passed();
    expect(requests.at(-1)?.keep).toEqual(['bn2.act']);
    session.open('mobilenetv3_small_100', presetText('mobilenetv3_small_100'));
    net.use({ kind: 'made-up' });
    await passed();
    expect(requests.at(-1)?.keep).toEqual([]);
    expect(net.ready).toBe(true);
  });

  it('is there without asking where it is the answer itself', async () => {
    const { net, vision, requests } = begin('mobilenetv2_100');
    net.use({ kind: 'made-up' });
    await passed();
    net.keep('inside', ['classifier']);
    await passed();
    expect(requests).toHaveLength(1);
    const logits = Float32Array.of(1, 2, 3);
    vision.seen = { logits, values: new Map(), live: false } as unknown as Look & { live: boolean };
    expect(vision.valuesOf('classifier')).toBe(logits);
    expect(vision.valuesOf('bn1')).toBeUndefined();
  });
});

it('the class whose map is shown is one of its net', () => {
  const { session, vision } = begin('mobilenetv2_100');
  vision.mapped = 281;
  expect(vision.mapped).toBe(281);
  session.open('mobilenetv3_small_100', presetText('mobilenetv3_small_100'));
  expect(vision.mapped).toBeUndefined();
  session.undo();
  expect(vision.mapped).toBe(281);
});

describe('weights that do not fit', () => {
  it('leave those before them open', async () => {
    const { net, session } = begin('mobilenetv2_100');
    net.use({ kind: 'file', file: file('right.safetensors') });
    await passed();
    const before = net.status;
    net.use({ kind: 'file', file: file('wrong.safetensors') });
    await passed();
    expect(net.status).toEqual(before);
    expect(net.weights.choice).toMatchObject({ file: { name: 'right.safetensors' } });
    expect(net.refused).toMatchObject({ kind: 'mismatch', weights: 'wrong.safetensors' });
    expect(session.notice?.text).toContain('wrong.safetensors holds weights of another net than mobilenetv2_100');
    net.use({ kind: 'made-up' });
    await passed();
    expect(net.refused).toBeUndefined();
  });

  it('are said to be the reason where none were open', async () => {
    const { net } = begin('mobilenetv2_100');
    net.use({ kind: 'file', file: file('wrong.safetensors') });
    await passed();
    expect(net.status.kind).toBe('mismatch');
    expect(net.missing).toBe(
      'wrong.safetensors holds weights of another net than mobilenetv2_100. Load others under Weights.',
    );
  });
});
