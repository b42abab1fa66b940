import { expect, test } from 'vitest';
import { outcome } from '../../../src/workers/border/outcome.ts';
import type { CallContext, JobHost } from '../../../src/workers/border/serve.ts';
import type {
  LoggedNet,
  SearchCalls,
  SearchProgress,
  SearchRecord,
} from '../../../src/workers/jobs/search/protocol.ts';
import { search } from '../../../src/workers/jobs/search/serve.ts';

const spaceText = `input 3x24x24
conv k3 s2 c8
mbconv x{1..2} k{3,5} s2 c{8..24/8} e{2,3}
mbconv k{3,5} c{16,24,32} e{1,2}
pool
linear c12
`;
const request = {
  name: 'tiny',
  spaceText,
  method: 'nsga2',
  seed: 5,
  evaluations: 40,
  objective: 'macs',
  limits: { params: 6000 },
} as const;

/** The job as a worker has it, and all that it says. */
function served(): { readonly calls: SearchCalls; readonly told: SearchProgress[] } {
  const told: SearchProgress[] = [];
  const context = {
    signal: new AbortController().signal,
    progress: () => undefined,
    pause: () => Promise.resolve(),
  } as unknown as CallContext;
  const host = {
    call: (_: number, work: (context: CallContext) => Promise<unknown>) => outcome(() => work(context)),
    tell: (said: SearchProgress) => told.push(said),
  } as unknown as JobHost;
  return { calls: search.serve(host) as SearchCalls, told };
}

async function searched(log: readonly LoggedNet[]) {
  const { calls, told } = served();
  const record: SearchRecord = { request, log, baseline: [] };
  const end = await calls.run(1, record);
  if (!end.ok) throw new Error(end.problem.message);
  return {
    log: [...log, ...told.flatMap((said) => said.log)],
    baseline: told.flatMap((said) => said.baseline),
    end: end.value,
  };
}

test('a search that was cut and goes on tells byte for byte what the uncut one does, beside random search of as many nets', async () => {
  const whole = await searched([]);
  expect(whole.log).toHaveLength(40);
  expect(whole.baseline).toHaveLength(40);
  for (const cut of [1, 13, 39]) {
    const resumed = await searched(whole.log.slice(0, cut));
    expect(JSON.stringify(resumed)).toBe(JSON.stringify(whole));
  }
  const { front, shares, quality } = whole.end;
  expect(front.length).toBeGreaterThan(2);
  expect(front.every(({ costs }) => costs.params <= 6000)).toBe(true);
  // Lines of the space; all of them together are the net.
  for (const net of shares) expect(net.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shares[0]!.map(([line]) => line)).toContain(2);
  expect(quality.source).toBe('prior');
});

test('what a space holds, a fault with its line, and limits that nothing keeps are told', async () => {
  const { calls } = served();
  const facts = await calls.look(1, spaceText);
  expect(facts.ok && facts.value.size).toBe('288');
  const bounds = facts.ok ? facts.value.bounds.params! : undefined;
  expect(bounds!.least).toBeLessThan(bounds!.most);
  const broken = await calls.look(1, spaceText.replace('k{3,5} s2', 'k{3, s2'));
  expect(broken.ok && broken.value.problems[0]).toMatch(/^line 3: /);
  const asked = await calls.run(1, { request: { ...request, limits: { params: 10 } }, log: [], baseline: [] });
  expect(asked.ok || asked.problem.message).toMatch(
    /^No net of this space was found below .* parameters; you asked for 0.00 million parameters\.$/,
  );
  // The cheapest in each keeps the other one's limit nowhere near: the pair is named.
  const both = await calls.run(1, {
    request: {
      ...request,
      spaceText: 'input 3x32x32\nconv k1 c8 | conv k7 s4 c8\npool\nlinear c2\n',
      limits: { params: 100, peak: 20_000 },
    },
    log: [],
    baseline: [],
  });
  expect(both.ok || both.problem.message).toMatch(
    /^No net of this space was found that keeps both .* million parameters and 0\.02 MB of activations: with the second, the least is 0\.00 million parameters\.$/,
  );
});
