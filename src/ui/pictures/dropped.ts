// Files of a drop with the folders they lie in: folder names may be labels.

export interface FoundFile {
  readonly file: File;
  /** With folders: `tabby/one.jpg`. */
  readonly path: string;
}

/** More than this many files are not read: a whole disk was dropped. */
const most = 5000;

/** Every file of a drop, folders opened. The entries must be taken before the first await: they are gone after the event. */
export async function filesOf(data: DataTransfer): Promise<readonly FoundFile[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const plain = [...data.files].map((file) => ({ file, path: file.name }));
  if (entries.length === 0 || entries.every((entry) => entry.isFile)) return plain;
  const found: FoundFile[] = [];
  for (const entry of entries) await walk(entry, '', found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: FoundFile[]): Promise<void> {
  if (found.length >= most || entry.name.startsWith('.')) return;
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a hundred entries at a time.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const child of part) await walk(child, path, found);
  }
}
