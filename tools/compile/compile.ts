// Sends shader texts through the compiler of an AMD GPU, two processes at a time; a text that was compiled before is looked up.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot, vulkanFiles } from '../../src/cli/adapters.ts';
import type { ChipName } from './chips.ts';
import { parseRun, type ShaderStats } from './shader-stats.ts';

const processes = 2;
const root = repositoryRoot();

/** Text → statistics on the chip. Throws NoNodeAdapterError where there is no compiler, or Error with the compiler's own complaint. */
export async function compile(texts: Iterable<string>, chip: ChipName): Promise<ReadonlyMap<string, ShaderStats>> {
  const folder = dirname(vulkanFiles('radv').driver);
  const driver = statSync(join(folder, 'libvulkan_radeon.so')).size;
  const known = join(root, '.cache', 'compiled', `${chip}-${driver}`);
  mkdirSync(known, { recursive: true });
  const fileOf = (text: string): string =>
    join(known, `${createHash('sha256').update(text).digest('hex').slice(0, 24)}.json`);
  const distinct = [...new Set(texts)];
  const missing = distinct.filter((text) => !existsSync(fileOf(text)));
  const shares = Array.from({ length: processes }, (_, i) => missing.filter((_text, at) => at % processes === i));
  await Promise.all(
    shares
      .filter((share) => share.length > 0)
      .map(async (share) => {
        const stats = await compileNow(share, chip, folder);
        share.forEach((text, i) => writeFileSync(fileOf(text), JSON.stringify(stats[i])));
      }),
  );
  return new Map(distinct.map((text) => [text, JSON.parse(readFileSync(fileOf(text), 'utf8')) as ShaderStats]));
}

async function compileNow(texts: readonly string[], chip: ChipName, folder: string): Promise<ShaderStats[]> {
  const workplace = mkdtempSync(join(tmpdir(), 'bottleneck-compile-'));
  try {
    const file = join(workplace, 'texts.json');
    writeFileSync(file, JSON.stringify(texts));
    const child = spawn(process.execPath, [join(root, 'bin', 'compile-shaders.mjs'), file], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        XDG_RUNTIME_DIR: workplace,
        LD_LIBRARY_PATH: folder,
        VK_DRIVER_FILES: join(folder, 'radv_icd.json'),
        VK_LAYER_PATH: folder,
        VK_INSTANCE_LAYERS: 'VK_LAYER_bottleneck_null',
        RADV_FORCE_FAMILY: chip,
        RADV_DEBUG: 'shaderstats,nocache',
      },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
    await new Promise((resolve) => child.on('close', resolve));
    return parseRun(said, texts.length);
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}
