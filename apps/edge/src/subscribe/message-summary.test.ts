import t from 'tap';
import { readSummary } from './message-summary.js';

t.test('a summary is written anew with what phones show, and nothing else (RFC 3842 5)', async (t) => {
  const cases: [name: string, text: string, written: string | undefined][] = [
    ['no more than whether', 'Messages-Waiting: no\r\n', 'Messages-Waiting: no\r\n'],
    [
      'any case, line ends of any kind',
      'messages-waiting:YES\nvoice-message: 2/8',
      'Messages-Waiting: yes\r\nvoice-message: 2/8\r\n',
    ],
    [
      'kinds with urgent ones; the account, unknown kinds and the messages themselves go',
      'Messages-Waiting: yes\r\nMessage-Account: sip:100@pbx.internal\r\nVoice-Message: 4/8 (1/2)\r\nFax-Message: 0/1\r\n' +
        'X-Message: 1/1\r\n\r\nTo: <sip:100@pbx.internal>\r\nSubject: secret\r\n',
      'Messages-Waiting: yes\r\nVoice-Message: 4/8 (1/2)\r\nFax-Message: 0/1\r\n',
    ],
    ['the last of each kind', 'Messages-Waiting: yes\nNone: 1/0\nNone: 2/0', 'Messages-Waiting: yes\r\nNone: 2/0\r\n'],
    [
      'numbers that are none',
      'Messages-Waiting: yes\nVoice-Message: x/1\nFax-Message: 999999/1',
      'Messages-Waiting: yes\r\n',
    ],
    ['no summary', 'Voice-Message: 1/2\r\n', undefined],
    ['neither yes nor no', 'Messages-Waiting: maybe\r\n', undefined],
    ['nothing', '', undefined],
    ['too long', `Messages-Waiting: yes\r\n${'x'.repeat(4_096)}`, undefined],
  ];
  for (const [name, text, written] of cases) t.equal(readSummary(text), written, name);
});
