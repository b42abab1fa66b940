// Hand-made safetensors files for tests: any header text, any claim about its length.

/** `header` as given, followed by `dataBytes` bytes 0, 1, 2, …; `claim` replaces the true header length. */
export function safetensorsFile(header: string, dataBytes: number, claim?: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setUint32(0, claim ?? json.length, true);
  file.set(json, 8);
  for (let i = 0; i < dataBytes; i++) file[8 + json.length + i] = i & 255;
  return file;
}
