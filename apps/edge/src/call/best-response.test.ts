import t from 'tap';
import { bestResponse, toldStatus } from './best-response.js';

t.test('the best failure of all phones is told (RFC 3261 16.7)', (t) => {
  for (const [statuses, best] of [
    [[486], 486],
    [[480, 486], 486],
    [[486, 408, 503], 486],
    [[603, 486], 603],
    [[486, 600], 600],
    [[500, 486], 486],
    [[500, 480], 480],
    [[500, 501], 500],
    [[503, 503], 480],
    [[408], 480],
    [[488, 480], 488],
    [[415, 486], 415],
    [[302], 480],
    [[401, 407], 480],
    [[404], 480],
    [[487], 480],
    [[699], 603],
    [[], 480],
  ] as const) {
    t.equal(bestResponse(statuses), best, `${statuses}`);
  }
  t.end();
});

t.test('whatever a phone answers, the caller gets a final failure that challenges and redirects nobody', (t) => {
  for (let status = 300; status < 700; status++) {
    const told = toldStatus(status);
    t.ok(told >= 400 && told < 700 && told !== 401 && told !== 407, `${status} → ${told}`);
  }
  t.end();
});
