// What the Try pane takes and says about its input: pictures by type and name, the part that the net sees, the camera's refusals.
import { expect, test } from 'vitest';
import { usualPreparation } from '../../../../src/graph/pictures/preprocess.ts';
import { refusal } from '../../../../src/ui/views/try/camera-refusals.ts';
import { isPhoto } from '../../../../src/ui/pictures/photo.ts';
import { seenArea } from '../../../../src/ui/views/try/seen-area.ts';

test.each([
  ['image/jpeg', 'a', true],
  ['', 'b.PNG', true],
  ['', 'c.webp', true],
  ['image/svg+xml', 'd.svg', false],
  ['text/plain', 'e.txt', false],
  ['', 'f.safetensors', false],
])('%s %s is a photo: %s', (type, name, photo) => expect(isPhoto({ type, name })).toBe(photo));

test('the part that the net sees, in percent of the picture', () => {
  const preparation = { ...usualPreparation, size: [224, 224], crop: 1 } as const;
  expect(seenArea({ width: 600, height: 400 }, preparation)).toBe(
    'left:16.667%;top:0.000%;width:66.667%;height:100.000%',
  );
  expect(seenArea({ width: 256, height: 256 }, { ...preparation, crop: 0.875 })).toBe(
    'left:6.250%;top:6.250%;width:87.500%;height:87.500%',
  );
});

test('each refusal of the camera is a sentence of its own, with what to do', () => {
  const names = [
    'NotAllowedError',
    'NotFoundError',
    'NotReadableError',
    'OverconstrainedError',
    'SecurityError',
    'AbortError',
    'SomethingNew',
  ];
  const sentences = names.map(refusal);
  expect(new Set(sentences).size).toBe(names.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].{30,}\.$/);
});
