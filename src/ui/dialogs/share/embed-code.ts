// A net in another page: the snippet, and whether the host lets it be framed.

/** The snippet that shows a net in another page. `link`: the whole address that opens the net. */
export function embedCode(link: string, name: string): string {
  const src = link.replace('#', '?embed#');
  return [
    `<iframe src="${attribute(src)}"`,
    `  title="${attribute(name)} in Bottleneck" width="640" height="400" style="border:0;max-width:100%"`,
    `  loading="lazy" referrerpolicy="no-referrer"`,
    `  sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"></iframe>`,
    '',
  ].join('\n');
}

const attribute = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)?.toString() ?? ''};`);

/** Whether a host that answers with these headers lets every site frame what it answered. */
export function letsFrame(headers: Pick<Headers, 'get'>): boolean {
  // With more than one policy (a comma between them) each must allow it; X-Frame-Options counts only where none speaks of ancestors.
  const ancestors = (headers.get('content-security-policy') ?? '')
    .split(/[;,]/)
    .map((directive) => directive.trim().toLowerCase().split(/\s+/))
    .filter(([directive]) => directive === 'frame-ancestors');
  return ancestors.length > 0
    ? ancestors.every((sources) => sources.includes('*'))
    : headers.get('x-frame-options') === null;
}
