// Who may import whom: the rooms of src in the order in which they build on each other, and the folders whose members stay apart.
import type { Import } from './source-files.ts';

/**
 * Areas of src; each may import itself and those before it, except that `cli` and `ui` know nothing of each other. Inside an area,
 * rooms (folders, or single files of the area's root by name; `.` is the rest of the root) in layers: a file imports rooms of its own
 * layer and of those before it.
 */
const areas: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'gpu-kernels': [['.'], ['families', 'ops', 'packing'], ['gradients', 'wgsl'], ['kernels']],
  graph: [
    ['.', 'audio', 'ir', 'lower', 'pictures', 'tasks'],
    ['blocks', 'cost', 'plan'],
    ['formats', 'notation'],
    ['presets', 'quant', 'weights'],
    ['claims', 'inspect', 'link', 'search', 'train'],
  ],
  workers: [['engine', 'weights', 'pictures'], ['border'], ['jobs'], ['.']],
  cli: [['.', 'corpus', 'search', 'verbs']],
  ui: [
    ['page-policy.ts', 'parts', 'drawing', 'state', 'hosts'],
    ['weights', 'pictures'],
    ['views', 'dialogs'],
    ['embed', 'frame'],
    ['.'],
  ],
};

/** Folders whose members (folders or files) never import each other; the files named are their tables, which list them. */
const apart: readonly { readonly folder: string; readonly member: RegExp }[] = [
  { folder: 'ui/views', member: /^ui\/views\/([^/]+)\// },
  { folder: 'ui/dialogs', member: /^ui\/dialogs\/([^/]+)\// },
  { folder: 'workers/jobs', member: /^workers\/jobs\/([^/]+)\// },
  { folder: 'cli/verbs', member: /^cli\/verbs\/((?!index\.ts$)[^/]+)$/ },
];

interface Place {
  readonly area: string;
  readonly room: string;
  /** -1: the room has no place in the layers. */
  readonly layer: number;
}

/** Where a file stands. */
export function placeOf(path: string): Place {
  const [area = '', second = ''] = path.split('/');
  const layers = areas[area] ?? [];
  const isFolder = path.split('/').length > 2;
  const room = isFolder || layers.some((rooms) => rooms.includes(second)) ? second : '.';
  return { area, room, layer: layers.findIndex((rooms) => rooms.includes(room)) };
}

/** Why an import is not allowed; undefined where it is. */
export function brokenRule({ from, to }: Import): string | undefined {
  const a = placeOf(from);
  const b = placeOf(to);
  const order = Object.keys(areas);
  if (a.area !== b.area) {
    const above = order.indexOf(b.area) > order.indexOf(a.area) || b.area === 'cli';
    return above ? `${a.area} imports nothing of ${b.area}` : undefined;
  }
  if (b.layer > a.layer) return `${a.area}/${a.room} imports nothing of ${b.area}/${b.room}, which builds on it`;
  const shared = apart.find(({ member }) => {
    const [one, other] = [member.exec(from)?.[1], member.exec(to)?.[1]];
    return one !== undefined && other !== undefined && one !== other;
  });
  return shared && `members of ${shared.folder} never import each other`;
}
