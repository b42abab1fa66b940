// The one parser of the set-up: it must find the system's own mirror in either format of apt's source files.
import { expect, it } from 'vitest';
import { backportsEntry } from '../../../bin/debian.mjs';

const deb822 = `# snapshot
Types: deb
URIs: https://mirror.example/security
Suites: bookworm-security
Components: main

Types: deb
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg
`;

it('derives the backports entry from a deb822 file', () => {
  expect(backportsEntry(deb822, 'bookworm')).toBe(`Types: deb
URIs: https://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/archive.gpg
`);
});

it('derives the backports entry from a one-line file', () => {
  const text = `# deb-src https://mirror.example/debian bookworm main
deb https://mirror.example/security bookworm-security main
deb [signed-by=/k.gpg] https://mirror.example/debian bookworm main contrib
`;
  expect(backportsEntry(text, 'bookworm')).toBe(
    'deb [signed-by=/k.gpg] https://mirror.example/debian bookworm-backports main contrib\n',
  );
});

it('finds nothing where the release is not listed', () => {
  expect(backportsEntry(deb822, 'trixie')).toBeUndefined();
});
