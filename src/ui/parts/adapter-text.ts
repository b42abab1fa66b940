// What an adapter and a browser are called on this page; never more than they say of themselves.
import type { RunRecord } from '../state/measurements/record.ts';

const vendors: Readonly<Record<string, string>> = {
  amd: 'AMD',
  apple: 'Apple',
  arm: 'Arm',
  google: 'Google',
  'img-tec': 'Imagination',
  intel: 'Intel',
  mesa: 'Mesa',
  microsoft: 'Microsoft',
  nvidia: 'NVIDIA',
  qualcomm: 'Qualcomm',
  samsung: 'Samsung',
};
const architectures: Readonly<Record<string, string>> = { swiftshader: 'SwiftShader', llvmpipe: 'llvmpipe' };

export type AdapterWords = Pick<
  RunRecord['adapter'],
  'vendor' | 'architecture' | 'device' | 'description' | 'software'
>;

/** `NVIDIA ampere`, `SwiftShader`, `Apple M2`: the description where it says something, else vendor and architecture. */
export function adapterName({ vendor, architecture, description }: AdapterWords): string {
  const maker = vendors[vendor.toLowerCase()] ?? vendor;
  const kind = architectures[architecture.toLowerCase()] ?? architecture;
  if (kind === 'SwiftShader' || kind === 'llvmpipe') return kind;
  const said = description.trim();
  if (said !== '') return said;
  return [maker, kind].filter(Boolean).join(' ') || 'unnamed adapter';
}

/** The name, with the warning that belongs to it. */
export const adapterText = (adapter: AdapterWords): string =>
  adapter.software ? `${adapterName(adapter)} (software adapter)` : adapterName(adapter);

/** `Chrome 156`, `Firefox 153`, `Safari 26`, from the user agent string; `this browser` when it says nothing known. */
export function browserName(userAgent: string): string {
  const known = [
    [/\bEdg(?:A|iOS)?\/(\d+)/, 'Edge'],
    [/\bOPR\/(\d+)/, 'Opera'],
    [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
    [/\bHeadlessChrome\/(\d+)/, 'Chrome (headless)'],
    [/\b(?:Chrome|CriOS)\/(\d+)/, 'Chrome'],
    [/\bVersion\/(\d+)[\d.]*.*\bSafari\//, 'Safari'],
  ] as const;
  for (const [pattern, name] of known) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return `${name} ${version}`;
  }
  return 'this browser';
}

/** Text that a link may carry: one line, no markup, no invisible characters, at most `length`. */
export const linkText = (text: string, length: number): string =>
  text
    .replace(/[<>\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, length)
    .trim();
