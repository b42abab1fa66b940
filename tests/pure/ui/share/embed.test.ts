// The embed's border: which requests may be framed, when the page is the embed, and what the snippet lets through.
import { describe, expect, it } from 'vitest';
import { policyHeader } from '../../../../src/ui/page-policy.ts';
import { embedCode, letsFrame } from '../../../../src/ui/dialogs/share/embed-code.ts';
import { asksForEmbed, isEmbed } from '../../../../src/ui/state/embed.ts';

const headers = (given: Record<string, string>): Headers => new Headers(given);
const at = (search: string, framed: boolean) => ({ self: 'page', top: framed ? 'site' : 'page', location: { search } });

describe('the header', () => {
  it.each(['/?embed', '/sub/?embed', '/?a=b&embed', '/?embed=1', '/index.html?embed', '/?x=?&embed'])(
    'lets sites frame %s',
    (url) => {
      expect(letsFrame(headers({ 'content-security-policy': policyHeader(url) }))).toBe(true);
      expect(policyHeader(url)).toContain("connect-src 'none'; worker-src 'none'");
    },
  );
  it.each(['/', '/#embed', '/#?embed', '/embed', '/?embedded', '/?a=embed', '/index.html'])(
    'does not for %s',
    (url) => {
      expect(policyHeader(url)).toMatch(/; frame-ancestors 'none'$/);
      expect(letsFrame(headers({ 'content-security-policy': policyHeader(url) }))).toBe(false);
    },
  );
});

it('is the embed by its address, and in every frame', () => {
  expect(isEmbed(at('?embed', false))).toBe(true);
  expect(isEmbed(at('', true))).toBe(true);
  expect(isEmbed(at('', false))).toBe(false);
  expect(asksForEmbed('?embedded')).toBe(false);
});

it.each([
  [{}, true],
  [{ 'x-frame-options': 'SAMEORIGIN' }, false],
  [{ 'x-frame-options': 'DENY', 'content-security-policy': 'frame-ancestors *' }, true],
  [{ 'content-security-policy': "default-src 'self'" }, true],
  [{ 'content-security-policy': "Frame-Ancestors 'self'" }, false],
  [{ 'content-security-policy': "frame-ancestors *, frame-ancestors 'none'" }, false],
])('reads %j as %s', (given, allowed) => expect(letsFrame(headers(given))).toBe(allowed));

it('gives a frame whose name and address cannot leave their quotes', () => {
  const code = embedCode('https://example.org/x/#2.0123abcd.AA', '"><script>&');
  expect(code).toContain('src="https://example.org/x/?embed#2.0123abcd.AA"');
  expect(code).toContain('title="&#34;&#62;&#60;script&#62;&#38; in Bottleneck"');
  expect(code).toContain('sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"');
});
