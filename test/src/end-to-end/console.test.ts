import t, { type Test } from 'tap';
import { launch } from '../browser/browser.js';
import { addressIn, makeFleet, NETWORKS } from '../console/fleet.js';
import { CONTRAST, Operator } from '../console/operator.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';
import { until } from '../system/until.js';

const ringfence = await Ringfence.start({ GEOIP_NETWORKS: NETWORKS, REGISTER_MIN_EXPIRES: '2' });
const [api, token, browser] = await Promise.all([ringfence.api(), ringfence.adminToken(), launch()]);
const base = `http://127.0.0.1:${ringfence.env.API_PORT}`;
const fleet = await makeFleet(ringfence, api, 20);
const operator = await Operator.open(browser, base, { colorScheme: 'light' });
const { page } = operator;
t.teardown(async () => {
  await browser.close();
  for (const { line } of fleet) line.phone.close();
  await ringfence.remove();
});

/** A raw phone with an account of its own. */
async function newLine(t: Test, address: string, properties: Record<string, unknown> = {}, number = 105) {
  const account = await api.createPhone(number, properties);
  const line = await PhoneLine.open(account, { server: ringfence.sip, address });
  t.teardown(() => line.phone.close());
  return { account, line };
}

/** Seconds of a countdown such as `9:58` or `4 s`. */
function seconds(text: string): number {
  const [, minutes = '0', rest = '0'] = /^(?:(\d+):)?(\d+)/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

t.test('who comes without a token is asked for one; a wrong one is told so, a right one opens the fleet', async (t) => {
  await page.goto(`${base}/`);
  t.equal(new URL(page.url()).pathname, '/console/');
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await operator.sees('Token is missing, unknown or expired');
  t.same(await operator.barriers(), []);
  await operator.signIn(token);
  await operator.sees('20 phones');
});

t.test('the fleet follows its phones: one comes, counts down, runs out', async (t) => {
  const { line } = await newLine(t, addressIn('DE', 200), {}, 107);
  await page.getByRole('textbox', { name: 'Filter phones' }).fill('Extension 107');
  const row = operator.row('Extension 107');
  await operator.sees('Offline', row);
  t.equal((await line.register(5, { headers: { 'User-Agent': 'Desk 1.0' } })).status, 200);
  await operator.sees('Online', row);
  for (const text of ['Locked', 'Germany', 'Desk 1.0', addressIn('DE', 200)]) await operator.sees(text, row);
  const countdown = row.locator('[role=gridcell]').nth(2);
  const before = seconds((await countdown.textContent()) ?? '');
  t.ok(before > 0 && before <= 5, `${before} s left`);
  await until('countdown', async () => seconds((await countdown.textContent()) ?? '') < before || undefined);
  await operator.sees('Offline', row);
});

t.test('the table is filtered, sorted and walked through by the keyboard alone', async (t) => {
  await page.locator('body').press('/');
  await page.keyboard.press('Escape');
  await operator.sees('21 phones');
  await page.getByRole('button', { name: 'Expires' }).click();
  await page.getByRole('button', { name: 'Expires' }).click();
  const first = page.locator('[aria-rowindex="2"]');
  await operator.sees('Online', first);
  t.match(page.url(), /sort=-expires/);
  const grid = page.getByRole('grid', { name: 'Phones' });
  await grid.focus();
  await page.keyboard.press('End');
  await operator.sees('Offline', page.locator('[aria-rowindex="22"]'));
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await operator.sees('1 phone selected');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Bindings' }).waitFor();
  await page.goBack();
});

t.test('what is done with many phones says how it went', async () => {
  await operator.visit('/?filter=Sales');
  await page.getByLabel('Select all').click();
  await operator.sees('2 phones selected');
  await page.getByRole('button', { name: 'Do with them' }).click();
  await page.getByRole('menuitem', { name: 'End registrations' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End registrations' }).click();
  await operator.sees('End registrations: 2 phones done');
  await page.getByRole('grid').getByText('Online').first().waitFor({ state: 'hidden' });
});

t.test('a refusal is shown the moment it happens, with its reason in words', async (t) => {
  const { account, line } = await newLine(t, addressIn('DK', 201), { ip: { mode: 'ROAMING', countries: 'SE' } });
  await operator.go('Security');
  t.equal((await line.register(600)).status, 403);
  const row = operator.row(addressIn('DK', 201));
  await operator.sees('The phone may not roam in this country', row);
  await operator.sees('Denmark', row);
  await row.getByRole('link', { name: '105 Extension 105' }).click();
  await page.waitForURL(`**/phones/${account._id}`);
  const history = page.getByRole('list', { name: 'History' });
  await operator.sees(/REGISTER refused/, history);
  await operator.sees(/may not roam in this country/, history);
});

t.test('a ban is shown, and who is banned may come again when it is lifted', async (t) => {
  await operator.go('Security');
  const { account, line } = await newLine(t, addressIn('BR', 66));
  for (let guess = 0; guess < 11; guess++) {
    const thief = await PhoneLine.open(
      { ...account, password: `guess${guess}` },
      { server: ringfence.at('tcp'), transport: 'tcp', address: addressIn('BR', 66) },
    );
    await thief.register(600).catch(() => {});
    thief.phone.close();
  }
  await operator.sees('Too many wrong passwords');
  await operator.keepPicture('security');
  await page.getByRole('button', { name: `Lift the ban of ${addressIn('BR', 66)}` }).click();
  await operator.sees('Nobody is banned');
  t.equal((await line.register(600)).status, 200);
});

t.test('a phone’s page changes its fence: to countries by their names, to where it is, and to nothing', async (t) => {
  const { account, line } = await newLine(t, addressIn('DK', 202));
  t.equal((await line.register(600)).status, 200);
  await operator.visit(`/phones/${account._id}`);
  const fence = page.getByRole('region', { name: 'Fence' });
  await fence.getByText('Roaming').click();
  await fence.getByRole('button', { name: 'Save' }).click();
  await operator.sees('ROAMING mode requires countries to be specified', fence);
  await fence.getByLabel('Countries').fill('Swed');
  await page.getByRole('option', { name: 'Sweden' }).click();
  await page.keyboard.press('Escape');
  await fence.getByRole('button', { name: 'Save' }).click();
  await operator.sees('The fence is changed');
  t.match((await api.phone(account._id)).ip, { mode: 'ROAMING', countries: 'SE' });
  await operator.sees('Not registered');
  t.equal((await line.register(600)).status, 403, 'it is in Denmark');
  await fence.getByRole('button', { name: 'Unlock' }).click();
  await operator.sees('The phone is open');
  t.equal((await line.register(600)).status, 200);
  await operator.sees('Locked', page.getByRole('banner').locator('..'));
  t.match((await api.phone(account._id)).ip, { mode: 'LOCKED', address: addressIn('DK', 202) });
});

t.test('credentials are hidden until they are asked for', async (t) => {
  const [member] = fleet;
  await operator.visit(`/phones/${member?.account._id}`);
  const credentials = page.getByRole('region', { name: 'Credentials' });
  await credentials.getByText('Username').waitFor();
  t.notOk((await page.content()).includes(member?.account.password ?? ''));
  await credentials.getByRole('button', { name: 'Show' }).click();
  await operator.sees(member?.account.password ?? '', credentials);
});

t.test('a phone is told to reload from its page, which shows what it answered, and gets new credentials', async (t) => {
  const snom = (await api.get('/pbx/sipphonemodels?filter=D785')).body.sipPhoneModels[0]._id;
  const softkeys = [
    { index: 0, function: 'SPEEDDIAL', value: '112', label: 'Emergency' },
    { index: 1, function: 'BLF', value: fleet[0]?.account.extension, label: 'Reception' },
    { index: 2, function: 'BLF', value: fleet[1]?.account.extension, label: 'Sales' },
    { index: 4, function: 'DND', label: 'Quiet' },
  ];
  const properties = { sipPhoneModel: snom, macAddress: '000413DDEE01', notes: 'In the meeting room', softkeys };
  const { account, line } = await newLine(t, addressIn('DK', 203), properties);
  t.equal((await line.register(600)).status, 200);
  await operator.visit(`/phones/${account._id}`);
  await page.getByRole('button', { name: 'Reload configuration' }).click();
  const notify = await line.phone.expect('NOTIFY');
  t.equal(notify.get('Event'), 'check-sync;reboot=false');
  line.phone.reply(notify, 200);
  const history = page.getByRole('list', { name: 'History' });
  await operator.sees('Asked to reload its configuration', history);
  await operator.sees('It answered 200', history);
  await page.getByRole('button', { name: 'Reset credentials' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
  await operator.sees('The phone has new credentials');
  await operator.sees('Credentials reset', history);
  await operator.keepPicture('phone');
  t.not((await api.phone(account._id)).username, account.username);
});

t.test('the form of a new phone asks for what its model can have, and shows errors at their fields', async (t) => {
  await operator.go('Create');
  await page.getByRole('combobox', { name: 'Model' }).fill('T54W');
  await page.getByRole('option', { name: 'Yealink T54W' }).click();
  await page.getByLabel('MAC address').fill('nonsense');
  await page.getByLabel('Ringer volume').fill('99');
  await page.getByRole('button', { name: 'Add a softkey' }).click();
  await page.getByRole('button', { name: 'Create the phone' }).click();
  for (const [label, message] of [
    ['MAC address', 'MAC address is invalid'],
    ['Ringer volume', 'Ringer volume is outside the valid range'],
  ] as const) {
    const field = page.getByLabel(label);
    await page.locator('[aria-invalid="true"]').first().waitFor();
    t.equal(await field.getAttribute('aria-invalid'), 'true', label);
    await operator.sees(message);
  }
  await operator.sees('Not a valid phone number');
  t.equal(await page.evaluate('document.activeElement?.getAttribute("name")'), 'macAddress', 'the first is focused');
  await operator.keepPicture('create');
  await page.getByLabel('MAC address').fill('00:15:65:12:AB:CD');
  await page.getByLabel('Ringer volume').fill('7');
  await page.getByPlaceholder('Number').fill('112');
  t.match(
    await page.getByRole('region', { name: 'Command', exact: true }).textContent(),
    /"macAddress": "00:15:65:12:AB:CD"/,
  );
  await page.getByRole('button', { name: 'Create the phone' }).click();
  await page.waitForURL('**/phones/*');
  const id = page.url().split('/').at(-1) ?? '';
  t.match((await api.phone(id)) as object, { macAddress: '00156512ABCD', ringer: { volume: 7 } });
  await operator.sees('Speed dial');
});

t.test('a call is shown while it rings, while it lasts, and no longer', async (t) => {
  await operator.go('Calls');
  await operator.sees('No call is in progress');
  const { line: caller } = await newLine(t, '127.0.0.1', {}, 108);
  const { line: callee } = await newLine(t, '127.0.0.2', {}, 109);
  await Promise.all([caller.register(600), callee.register(600)]);
  const to = `sip:109@127.0.0.1:${ringfence.sip.port}`;
  const calling = caller.phone.call(to, { credentials: caller.credentials });
  const invite = await callee.phone.expect('INVITE');
  await operator.sees('Ringing', operator.row('Extension 108'));
  const dialog = await callee.phone.accept(invite);
  await calling;
  await operator.sees('Talking', operator.row('Extension 108'));
  await operator.keepPicture('calls');
  const ending = dialog.bye();
  caller.phone.reply(await (await calling).expect('BYE'), 200);
  await ending;
  await operator.sees('No call is in progress');
});

t.test('a page that is cut off says so, comes back by itself, and shows what happened meanwhile', async (t) => {
  await operator.visit('/?filter=Extension 106');
  await operator.sees('No phones');
  await ringfence.kill('api');
  await operator.sees('The connection to the server is cut.');
  await until(
    'api',
    () =>
      fetch(`${base}/health`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    20_000,
  );
  await page
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 1_000 })
    .catch(() => {});
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.getByText('The connection to the server is cut.').waitFor({ state: 'hidden' });
  await api.createPhone(106);
  await operator.sees('1 phone');
  await operator.go('Fleet');
  await operator.sees(/^\d\d phones/);
  t.equal(await page.getByRole('textbox', { name: 'Filter phones' }).inputValue(), '', 'the filter went with its view');
});

/** The pages, by the names of their pictures. */
const PAGES = {
  fleet: '/',
  phone: `/phones/${fleet[0]?.account._id}`,
  create: '/create',
  security: '/security',
  calls: '/calls',
};

t.test('every page can be used by everybody, light or dark', async (t) => {
  for (const [name, path] of Object.entries(PAGES)) {
    await operator.visit(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const scheme of ['dark', 'light'] as const) {
      await operator.make(scheme);
      await operator.loaded();
      t.same(await operator.barriers(scheme === 'light' ? undefined : CONTRAST), [], `${name} ${scheme}`);
      if (name === 'fleet') await operator.keepPicture(`${name}-${scheme}`);
    }
  }
});

t.test('every page fits on a narrow screen', async (t) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [name, path] of Object.entries(PAGES)) {
    await operator.visit(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await operator.loaded();
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, name);
  }
  await operator.go('Security');
  t.same(await operator.barriers(), []);
});

t.test('nothing went wrong in the page, and nothing was loaded that its policy forbids', async (t) => {
  t.same(operator.complaints, []);
});

t.test('who looks after many customers sees whose phone is whose, or chooses one of them', async () => {
  const { body } = await api.post('/token', { level: 'ADMIN', name: 'all' });
  const { body: other } = await api.post('/customer', { name: 'Other' });
  const boss = await Operator.open(browser, base);
  await boss.signIn(body.token);
  await boss.sees('Demo', boss.page.locator('[aria-rowindex="2"]'));
  await boss.page.getByLabel('Customer').first().click();
  await boss.page.getByRole('option', { name: 'Other' }).click();
  await boss.sees('No phones');
  await api.createPhone(undefined, { customer: other._id });
  await boss.sees('1 phone');
  await boss.page.getByLabel('Customer').first().click();
  await boss.page.getByRole('option', { name: 'All customers' }).click();
  await boss.sees('Demo', boss.page.locator('[aria-rowindex="2"]'));
  await boss.page.getByRole('button', { name: 'Sign out' }).click();
  await boss.signIn(token);
  await boss.page.getByLabel('Customer').first().click();
  await boss.page.getByRole('option', { name: 'All customers' }).click();
  await boss.sees('Demo', boss.page.locator('[aria-rowindex="2"]'));
  await boss.close();
});

t.test('a token that is revoked ends the session', async (t) => {
  const { body } = await api.post('/token', { level: 'VIEWER', customer: fleet[0]?.account.customer, name: 'guest' });
  const guest = await Operator.open(browser, base);
  await guest.signIn(body.token);
  t.equal(await guest.page.getByRole('link', { name: 'Create' }).count(), 0, 'who may only read is offered no more');
  await fetch(`${base}/token/${body._id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  await guest.page.getByLabel('Token').waitFor();
  await guest.close();
});
