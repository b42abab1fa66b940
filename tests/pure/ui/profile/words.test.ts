// What adapters and browsers are called, what the summary and the report say, and the recorded profile.
import { describe, expect, it } from 'vitest';
import { netHash } from '../../../../src/graph/link/link.ts';
import { parse } from '../../../../src/graph/notation/parse.ts';
import { print } from '../../../../src/graph/notation/print.ts';
import { adapterName, adapterText, browserName, linkText } from '../../../../src/ui/parts/adapter-text.ts';
import { byteTicks } from '../../../../src/ui/parts/charts/byte-ticks.ts';
import { fitText, shortName } from '../../../../src/ui/parts/charts/label.ts';
import { familiesOf, colourOf } from '../../../../src/ui/views/profile/families.ts';
import { recordedHash, recordedProfile } from '../../../../src/ui/state/measurements/recorded.ts';
import { deviceLines, reportText } from '../../../../src/ui/dialogs/device/report.ts';
import { summaryFacts } from '../../../../src/ui/views/profile/summary.ts';
import { firstNet } from '../../../../src/ui/state/first-net.ts';
import { check } from '../../../../src/graph/notation/check.ts';
import { timedNet } from './timed-net.ts';

const adapter = { vendor: '', architecture: '', device: '', description: '', software: false };
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('names', () => {
  it('say what an adapter says of itself, and that it is software', () => {
    expect(adapterName({ ...adapter, vendor: 'nvidia', architecture: 'ampere' })).toBe('NVIDIA ampere');
    expect(adapterName({ ...adapter, vendor: 'apple', architecture: 'metal-3', description: 'Apple M2' })).toBe(
      'Apple M2',
    );
    expect(
      adapterText({
        ...adapter,
        vendor: 'google',
        architecture: 'swiftshader',
        description: 'SwiftShader driver 5.0.0',
        software: true,
      }),
    ).toBe('SwiftShader (software adapter)');
    expect(adapterName(adapter)).toBe('unnamed adapter');
  });

  it('read browsers from their user agents', () => {
    const chrome =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
    expect(browserName(chrome)).toBe('Chrome 156');
    expect(browserName(`${chrome} Edg/156.0.0.0`)).toBe('Edge 156');
    expect(browserName(chrome.replace('Chrome', 'HeadlessChrome'))).toBe('Chrome (headless) 156');
    expect(
      browserName('Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15'),
    ).toBe('Safari 26');
    expect(browserName('Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0')).toBe('Firefox 153');
    expect(browserName('curl/8')).toBe('this browser');
  });

  it('fit into marks and links', () => {
    expect(fitText('pointwise/quad', 200)).toBe('pointwise/quad');
    expect(fitText('blocks.2.0', 48, shortName('blocks.2.0'))).toBe('2.0');
    expect(fitText('pointwise/quad', 60)).toMatch(/^point.*…$/);
    expect(fitText('pointwise', 20)).toBe('');
    expect(linkText('a\u0000<i>b</i>\u200b c', 8)).toBe('a i b /i');
  });

  it('mark byte axes at round numbers of their unit', () => {
    expect(byteTicks(5.7 * 1048576, 3)).toEqual([0, 2 * 1048576, 4 * 1048576]);
    expect(byteTicks(900, 2)).toEqual([0, 500]);
    expect(byteTicks(0, 3)).toEqual([0]);
  });

  it('give the slowest families a colour each', () => {
    const { record } = timedNet();
    const families = familiesOf(record);
    expect(families.map(({ ms }) => ms)).toEqual([...families.map(({ ms }) => ms)].sort((a, b) => b - a));
    expect(new Set(families.map(({ colour }) => colour)).size).toBe(families.length);
    expect(colourOf(families, 'unheard/of')).toBe('var(--text-3)');
  });
});

describe('summaryFacts', () => {
  const { record } = timedNet();
  const fact = (label: string, from = record) => summaryFacts(from).find((item) => item.label === label);
  it('states whole, sum and signed residual, cold and warm, spread and clock', () => {
    expect(plain(fact('GPU time')?.text ?? '')).toBe('1.10 ms');
    expect(plain(fact('Latency')?.detail ?? '')).toBe('p90 1.90 ms · n 20 · ±4.0 %');
    expect(plain(fact('Cold')?.text ?? '')).toBe('48.0 ms');
    expect(fact('Cold')?.detail).toMatch(/^compile /);
    const again = { ...record, cold: { ...record.cold, compileMs: 0.2 } };
    expect(fact('Cold', again)?.detail).toMatch(/^compiled before · upload /);
    const more = 1.1 - record.dispatches.reduce((sum, { ms }) => sum + ms, 0);
    expect(fact('Whole − Σ')?.text.startsWith(more < 0 ? '−' : '+')).toBe(true);
    expect(plain(fact('Clock')?.text ?? '')).toBe('66 µs');
  });
  it('never calls a software adapter’s time GPU time, nor an estimate a timestamp', () => {
    const software = { ...record, adapter: { ...record.adapter, software: true } };
    expect(fact('GPU time', software)).toBeUndefined();
    expect(fact('CPU time', software)?.title).toContain('no GPU time');
    expect(fact('Clock', { ...record, estimated: true })?.text).toBe('wall clock');
  });
});

describe('the recorded profile', () => {
  it('belongs to the net that the page opens with and covers all of its nodes', () => {
    const { header, blocks } = parse(firstNet.text).architecture;
    const lines = blocks.map(({ comments: _, note: __, ...line }) => line);
    expect(netHash(print({ header: { ...header, expectParams: undefined }, blocks: lines }))).toBe(recordedHash);
    const known = new Set(check(firstNet.text).graph?.nodes.map(({ id }) => id));
    const named = recordedProfile.dispatches.flatMap(({ from }) => from);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
    expect([...known].filter((id) => !named.includes(id) && id !== 'input' && !/flatten/.test(id))).toEqual([]);
    expect(recordedProfile.adapter.software).toBe(true);
  });
});

describe('the report', () => {
  const limits = { maxBufferBytes: 2 ** 30, maxBindingBytes: 2 ** 27 };
  const capabilities = {
    f16: true,
    subgroups: false,
    packedDot: true,
    software: false,
    maxWorkgroupStorageBytes: 32768,
    maxInvocationsPerWorkgroup: 256,
    maxStorageBuffersPerStage: 10,
    maxWorkgroupsPerDimension: 65535,
  };
  const context = {
    userAgent: 'UA',
    version: '1',
    net: 'small',
    hash: 'abc',
    link: 'https://x/#1.y',
    problem: undefined,
  };
  it('lists adapter, features and limits, and ends with the link', () => {
    const facts = {
      adapter: { ...adapter, vendor: 'amd', architecture: 'rdna-3' },
      capabilities,
      timestamps: false,
      limits,
    };
    const text = plain(reportText(deviceLines(facts, { kind: 'ready' }, 'Chrome 156'), context));
    expect(text).toContain('Adapter: AMD rdna-3\n');
    expect(text).toContain('Half precision (shader-f16): yes\n');
    expect(text).toContain('Timestamps: no: times are estimated from wall clocks\n');
    expect(text).toContain('Largest buffer, binding: 1.00 GiB, 128 MiB\n');
    expect(text.trimEnd().endsWith('Link: https://x/#1.y')).toBe(true);
  });
  it('says why there is no adapter', () => {
    const lines = deviceLines(undefined, { kind: 'none', why: 'No adapter.', advice: '' }, 'Firefox 153');
    expect(reportText(lines, { ...context, link: undefined, problem: 'No adapter.' })).toContain(
      'Adapter: none: No adapter.\nBrowser: Firefox 153\n',
    );
  });
});
