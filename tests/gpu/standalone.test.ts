// A net as a JavaScript module of its own: what it needs is in it, and it answers as the reference does.
import { expect, test } from 'vitest';
import { standalone } from '../../src/cli/standalone.ts';
import { adapterName } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

test('a net stands alone, whatever it and its classes are called', async () => {
  const { graph, params } = tinyNet();
  const named = { ...graph, name: 'a net with a </script> in its name' };
  const { text, check } = await standalone('page', named, params, { labels: ['</script>'] }, adapterName);
  expect(check).toMatch(/^run on .+, largest difference \d/);
  expect(text.match(/<\/script>/g)).toHaveLength(1);
  expect(text).not.toMatch(/https?:\/\//);
});
