// Builds the Vulkan layer of null-layer.c, without which RADV's null device dies when Dawn begins its first command buffer.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackDebianPackages } from './debian.mjs';
import { cache, root } from './setup.mjs';

/**
 * @param {string} folder Gets the library and its manifest, unless they are there.
 * @returns {string | undefined} What went wrong.
 */
export function buildNullLayer(folder) {
  const [library, manifest] = [join(folder, 'libnull-layer.so'), join(folder, 'null-layer.json')];
  if (existsSync(library) && existsSync(manifest)) return undefined;
  if (spawnSync('gcc', ['--version']).status !== 0)
    return 'RADV needs a small Vulkan layer, and gcc to build it is missing.';
  const unpacked = join(cache, `unpacked-${process.pid}`);
  try {
    const problem = unpackDebianPackages(['libvulkan-dev'], unpacked, { backports: false });
    if (problem) return `Vulkan's headers are not available: ${problem}.`;
    const source = join(root, 'bin', 'null-layer.c');
    const { status, stderr } = spawnSync(
      'gcc',
      ['-O1', '-shared', '-fPIC', '-I', join(unpacked, 'usr/include'), source, '-o', library],
      { encoding: 'utf8' },
    );
    if (status !== 0) return `gcc does not build bin/null-layer.c: ${stderr.trim().split('\n')[0]}`;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
  writeFileSync(
    manifest,
    JSON.stringify({
      file_format_version: '1.0.0',
      layer: {
        name: 'VK_LAYER_bottleneck_null',
        type: 'GLOBAL',
        library_path: './libnull-layer.so',
        api_version: '1.3.239',
        implementation_version: '1',
        description: 'Drops all command-buffer work.',
      },
    }),
  );
  return undefined;
}
