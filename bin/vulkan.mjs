// Prints, as JSON, the files that make Dawn under Node use one Vulkan driver that needs no GPU; fetches them into .cache where it can.
//   node bin/vulkan.mjs swiftshader | lavapipe | radv     → { "loader": path, "driver": path, "preload": [path…] }
// SwiftShader comes with Chromium. Lavapipe is Mesa's; version 25 is the first with everything that Dawn's shader-f16 asks for.
// RADV is Mesa's driver of AMD's GPUs: on its null device it compiles and runs nothing (bin/compile-shaders.mjs).
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumLibraryFolders } from './chromium.mjs';
import { unpackDebianPackages } from './debian.mjs';
import { buildNullLayer } from './null-layer.mjs';
import { cache, say } from './setup.mjs';

/**
 * `loader` is libvulkan.so.1, `driver` the driver's JSON manifest, `preload` the libraries to load first, in this order.
 * @typedef {{ loader: string, driver: string, preload: string[] }} VulkanFiles
 */

/**
 * @param {string} name
 * @returns {VulkanFiles | { problem: string }}
 */
export function vulkanFiles(name) {
  if (process.platform !== 'linux') return { problem: `${name} runs on Linux only: use the default adapter here.` };
  if (name === 'swiftshader') return swiftshader();
  if (name === 'lavapipe') return lavapipe();
  if (name === 'radv') return radv();
  return { problem: `There is no adapter "${name}": the adapters are swiftshader, lavapipe and default.` };
}

function swiftshader() {
  const own = join(cache, 'swiftshader');
  const found = [...chromiumLibraryFolders(), own].map(inFolder).find(Boolean);
  if (found) return found;
  say('There is no Chromium to take SwiftShader from: unpacking its Debian package into .cache…');
  const unpacked = join(cache, `unpacked-${process.pid}`);
  const problem = unpackDebianPackages(['chromium-common'], unpacked, { backports: false });
  const files = filesBelow(unpacked).filter((path) =>
    /(libvk_swiftshader\.so|vk_swiftshader_icd\.json|libvulkan\.so\.1)$/.test(path),
  );
  mkdirSync(own, { recursive: true });
  for (const path of files) copyFileSync(path, join(own, basename(path)));
  rmSync(unpacked, { recursive: true, force: true });
  return (
    inFolder(own) ?? {
      problem: `SwiftShader is missing${problem ? ` (${problem})` : ''}: install Chromium, or set CHROMIUM_PATH to its executable.`,
    }
  );
}

/** @param {string} folder */
function inFolder(folder) {
  const [loader, driver] = [join(folder, 'libvulkan.so.1'), join(folder, 'vk_swiftshader_icd.json')];
  return existsSync(loader) && existsSync(driver) ? { loader, driver, preload: [] } : undefined;
}

function lavapipe() {
  return mesaDriver('lavapipe', 'lvp', 'a second software adapter, with shader-f16');
}

function radv() {
  const files = mesaDriver('radv', 'radeon', 'the shader compiler of AMD GPUs');
  if ('problem' in files) return files;
  const problem = buildNullLayer(dirname(files.driver));
  return problem ? { problem } : files;
}

/**
 * A driver of the package mesa-vulkan-drivers, unpacked into .cache/NAME unless it is there.
 * @param {string} name
 * @param {string} file libvulkan_FILE.so, FILE_icd.json.
 * @param {string} what
 */
function mesaDriver(name, file, what) {
  const own = join(cache, name);
  const [loader, driver, order] = [
    join(own, 'libvulkan.so.1'),
    join(own, `${name}_icd.json`),
    join(own, 'preload.json'),
  ];
  if (![loader, driver, order].every(existsSync)) {
    say(`Unpacking Mesa ${name} (${what}) into .cache…`);
    const problem = unpackMesa(own, file, driver, order);
    if (problem) return { problem: `Mesa's ${name} 25 or newer is not available: ${problem}.` };
  }
  const preload = JSON.parse(readFileSync(order, 'utf8')).map((/** @type {string} */ part) => join(own, part));
  return { loader, driver, preload };
}

/**
 * Keeps of the packages only the driver, the loader and those of their libraries that the system lacks or has too old.
 * @param {string} own
 * @param {string} file
 * @param {string} driver
 * @param {string} order
 * @returns {string | undefined} What went wrong.
 */
function unpackMesa(own, file, driver, order) {
  const unpacked = join(cache, `unpacked-${process.pid}`);
  try {
    const problem = unpackDebianPackages(['mesa-vulkan-drivers', 'libvulkan1'], unpacked, { backports: true });
    if (problem) return problem;
    const files = filesBelow(unpacked);
    const manifest = files.find((path) => basename(path).startsWith(`${file}_icd`) && path.endsWith('.json'));
    const library = files.find((path) => path.endsWith(`/libvulkan_${file}.so`));
    const loader = files.find((path) => path.endsWith('/libvulkan.so.1'));
    if (!manifest || !library || !loader) return 'the package mesa-vulkan-drivers does not hold the expected files';
    const { ICD } = JSON.parse(readFileSync(manifest, 'utf8'));
    // Mesa 25.0 is the release that raised lavapipe to Vulkan 1.4.
    if (Number(/^1\.(\d+)/.exec(ICD.api_version)?.[1]) < 4) return `Debian's here is older (Vulkan ${ICD.api_version})`;
    const missing = loaded(library, unpacked).find((line) => line.includes('not found'));
    if (missing) return `it does not load here: ${missing.trim()}`;
    const needed = neededFrom(library, unpacked);
    mkdirSync(own, { recursive: true });
    for (const path of [library, ...needed]) copyFileSync(path, join(own, basename(path)));
    copyFileSync(loader, join(own, 'libvulkan.so.1'));
    writeFileSync(order, JSON.stringify(needed.map((path) => basename(path))));
    writeFileSync(
      driver,
      JSON.stringify({ file_format_version: '1.0.0', ICD: { ...ICD, library_path: `./${basename(library)}` } }),
    );
    return undefined;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** What every process has loaded already: a second copy would not work. */
const runtime = /\/(ld-linux[-\w]*|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+)\.so/;

/**
 * The libraries that `library` loads, with the unpacked ones before the system's, as lines of ldd.
 * @param {string} library
 * @param {string} unpacked
 */
function loaded(library, unpacked) {
  const folder = dirname(library);
  // Debian 12 still has a few libraries in /lib.
  const folders = folder.startsWith(`${unpacked}/usr`)
    ? [folder, folder.replace(`${unpacked}/usr`, unpacked)]
    : [folder];
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
  const { stdout, stderr } = spawnSync('ldd', [library], { encoding: 'utf8', env });
  return `${stdout}${stderr}`.split('\n');
}

/**
 * The unpacked libraries that `library` loads, each after those it needs itself: fewer needs come first.
 * @param {string} library
 * @param {string} unpacked
 */
function neededFrom(library, unpacked) {
  const needs = (/** @type {string} */ file) =>
    loaded(file, unpacked)
      .map((line) => /=> (\S+)/.exec(line)?.[1] ?? '')
      .filter((needed) => needed.startsWith(unpacked) && !runtime.test(needed));
  return needs(library)
    .map((file) => ({ file, count: needs(file).length }))
    .sort((a, b) => a.count - b.count)
    .map(({ file }) => file);
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
    : [];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = vulkanFiles(process.argv[2] ?? '');
  console.log(JSON.stringify(files));
  if ('problem' in files) process.exitCode = 1;
}
