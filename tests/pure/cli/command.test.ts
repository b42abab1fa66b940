// What the command line says about itself and to words it does not know.
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { readArguments } from '../../../src/cli/arguments.ts';
import { bytes, integer, millions, pairText, textTable } from '../../../src/cli/text-table.ts';
import { PlanError } from '../../../src/graph/plan/memory.ts';
import { UsageError, type Verb } from '../../../src/cli/verb.ts';
import { captured } from './captured.ts';

const paint: Verb = {
  operands: 'FILE…',
  count: { min: 1, max: 2 },
  doc: 'Paints files.',
  options: [
    { name: 'colour', value: 'red|blue', choices: ['red', 'blue'], doc: 'The colour.' },
    { name: 'coats', value: 'N', range: { min: 1, max: 9, integer: true }, doc: 'How often.' },
    { name: 'wet', doc: 'Do not wait.' },
  ],
  run({ positionals, word, number, flag }, console) {
    if (positionals[0] === 'nothing') throw new UsageError('there is nothing to paint.');
    console.out(JSON.stringify([positionals, word('colour'), number('coats'), flag('wet')]));
    return 1;
  },
};
const look: Verb = { operands: '', count: { min: 0, max: 0 }, doc: 'Looks.', options: [], run: () => 0 };

const run = async (...words: string[]) => {
  const { console, out, err } = captured();
  const code = await runCommand({ paint, look }, words, console);
  return { code, out: out.join('\n'), err: err.join('\n') };
};

describe('runCommand', () => {
  test('passes arguments to the verb and its exit code on', async () => {
    const given = ['paint', 'a', '--colour', 'blue', '--coats=3', '--wet', 'b'];
    expect(await run(...given)).toEqual({ code: 1, out: '[["a","b"],"blue",3,true]', err: '' });
    expect((await run('paint', 'a', '--', '--wet')).out).toBe('[["a","--wet"],null,null,false]');
  });

  test('help lists every verb with its usage; a verb its options', async () => {
    for (const words of [['--help'], ['-h'], ['help']]) {
      const { code, out } = await run(...words);
      expect(code).toBe(0);
      expect(out).toContain('  paint FILE… [--colour red|blue] [--coats N] [--wet]\n      Paints files.\n');
    }
    for (const words of [
      ['paint', '--help'],
      ['paint', '--nonsense', '-h'],
      ['help', 'paint'],
    ]) {
      const { code, out } = await run(...words);
      expect(code).toBe(0);
      expect(out).toContain('--colour red|blue  The colour. Default: red.');
    }
    // What an option says of its own default stands alone.
    for (const words of [
      ['profile', '--help'],
      ['op', '--help'],
    ]) {
      const { console, out } = captured();
      await runCommand(verbs, words, console);
      expect(out.join('\n')).toMatch(/--for gpu\|software .*when not given, the one this adapter gets\.$/m);
    }
    expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining('look') });
  });

  test.each([
    [['pant'], 'there is no verb "pant"; did you mean "paint"?'],
    [['zzzzzz'], 'there is no verb "zzzzzz"; known are paint, look.'],
    [['--colour'], '"--colour" stands where a verb should'],
    [['paint'], 'FILE… is missing: paint FILE…'],
    [['paint', 'a', 'b', 'c'], '"c" is one argument too many: paint FILE…'],
    [['look', 'a'], '"a" is one argument too many: look'],
    [['paint', 'a', '--color', 'red'], 'there is no option "--color"; did you mean "--colour"?'],
    [['paint', 'a', '-c'], 'there is no option "-c"'],
    [['paint', 'a', '--colour', 'bleu'], '--colour cannot be "bleu"; did you mean "blue"?'],
    [['paint', 'a', '--colour'], '--colour needs a value: --colour red|blue.'],
    [['paint', 'a', '--wet=yes'], '--wet takes no value.'],
    [['paint', 'a', '--wet', '--wet'], '--wet is given twice.'],
    [['paint', 'a', '--coats', '10'], '--coats must be a whole number from 1 to 9, not "10".'],
    [['paint', 'a', '--coats', '1.5'], '--coats must be a whole number'],
    [['paint', 'a', '--coats', '0x2'], '--coats must be a whole number'],
    [['paint', 'a', '--coats', '1e0'], '--coats must be a whole number'],
    [['paint', 'nothing'], 'bottleneck paint: there is nothing to paint.'],
  ])('%j is refused with a sentence and exit code 2', async (words, sentence) => {
    const { code, out, err } = await run(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(sentence);
    expect(err).toContain('--help');
  });

  test.each([
    [new Error('a bug'), 3, 'bottleneck look: this went wrong inside Bottleneck: a bug.'],
    [
      new TypeError('x is undefined'),
      3,
      'Please report the whole command with these words: TypeError at command.test.ts:',
    ],
    [new RangeError('Array buffer allocation failed'), 3, 'the memory does not suffice'],
    [
      Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' }),
      3,
      'the disk reports an error',
    ],
    [new PlanError('the weights do not fit'), 1, 'bottleneck look: the weights do not fit.'],
    ['a string', 3, 'this went wrong inside Bottleneck: a string.'],
  ])('what no verb foresaw is a sentence, never a stack trace: %s', async (error, exit, sentence) => {
    const broken: Verb = { ...look, run: () => Promise.reject(error) };
    const { console, out, err } = captured();
    expect(await runCommand({ look: broken }, ['look'], console)).toBe(exit);
    expect(out).toEqual([]);
    expect(err.join('\n')).toContain(sentence);
    expect(err.join('\n')).not.toMatch(/^\s+at /m);
  });
});

test('readers answer for options that were not given', () => {
  const given = readArguments('paint', paint, ['a']);
  expect([given.flag('wet'), given.word('colour'), given.number('coats')]).toEqual([false, undefined, undefined]);
});

test('tables align, numbers to the right, and no line ends in blanks', () => {
  const lines = textTable(
    [{ title: 'name' }, { title: 'count', right: true }, { title: '' }],
    [
      ['a×b', '1', ''],
      ['c', '1,234', 'x'],
    ],
  );
  expect(lines).toEqual(['name  count', '────  ─────  ─', 'a×b       1', 'c     1,234  x']);
});

test('units', () => {
  expect([integer(0), integer(999), integer(3504872)]).toEqual(['0', '999', '3,504,872']);
  expect([millions(0), millions(300_774_272), millions(37_750_000_000)]).toEqual(['0.000', '300.774', '37,750.000']);
  expect([bytes(12), bytes(999), bytes(999_960), bytes(14_019_488), bytes(2.5e12)]).toEqual([
    '12 B',
    '999 B',
    '1.0 MB',
    '14.0 MB',
    '2500.0 GB',
  ]);
  expect([pairText([11, 11]), pairText([3, 1]), pairText([0.5, 0.5])]).toEqual(['11', '3×1', '0.50']);
});
