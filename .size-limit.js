// The first load's budget: everything that dist/index.html itself asks for; what loads later is not counted.
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('dist/index.html', import.meta.url), 'utf8');
const assets = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map((match) => `dist/${match[1]}`);

export default [
  { name: 'first load: shell, editor and graph', path: ['dist/index.html', ...assets], gzip: true, limit: '140 kB' },
];
