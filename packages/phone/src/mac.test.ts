import t from 'tap';
import { normalizeMac } from './mac.js';

t.test('a MAC address is read in every usual spelling and written in one', async (t) => {
  const table: [text: string, expected: string | undefined][] = [
    ['000413AABBCC', '000413AABBCC'],
    ['000413aabbcc', '000413AABBCC'],
    ['00:04:13:aa:bb:cc', '000413AABBCC'],
    ['00-04-13-AA-BB-CC', '000413AABBCC'],
    ['00.04.13.aa.bb.cc', '000413AABBCC'],
    ['0004.13aa.bbcc', '000413AABBCC'],
    ['020413aabbcc', '020413AABBCC'],
    ['000000000000', undefined],
    ['01005E000001', undefined],
    ['FF:FF:FF:FF:FF:FF', undefined],
    ['000413AABBC', undefined],
    ['000413AABBCCD', undefined],
    ['000413AABBCG', undefined],
    ['00:04:13:aa:bbcc', undefined],
    ['00:04-13:aa:bb:cc', undefined],
    [':000413aabbcc', undefined],
    [' 000413AABBCC', undefined],
    ['000413AABBCC\n', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of table) t.equal(normalizeMac(text), expected, JSON.stringify(text));
});
