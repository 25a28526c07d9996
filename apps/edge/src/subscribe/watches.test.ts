import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '@ringfence/store';
import t from 'tap';
import type { ResourceState, Topic } from './topic.js';
import { Watches } from './watches.js';

/** A topic whose state is a word, which may be slow to read or fail. */
class Word implements Topic {
  readonly key: string;
  readonly signs: string[];
  word = 'one';
  more: string[] = [];
  reads = 0;
  delay = 0;
  error: Error | undefined;

  constructor(extension: string) {
    this.key = extension;
    this.signs = [`extension ${extension}`];
  }

  async read(): Promise<ResourceState | undefined> {
    this.reads++;
    const { word, more } = this;
    await sleep(this.delay);
    if (this.error) throw this.error;
    if (word === 'gone') return undefined;
    return { write: (version) => `${word} ${version}`, signs: more, isNews: ({ type }) => type !== 'phone.registered' };
  }
}

const event = (extension: string, more: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{ id: '1-1', type: 'phone.expired', at: 1, extension },
  ...more,
});
const watcher = () => {
  const told: (string | undefined)[] = [];
  return { told, tell: (state: ResourceState | undefined) => void told.push(state?.write(7)) };
};
const watches = new Watches((error) => errors.push(error));
const errors: unknown[] = [];
t.teardown(() => watches.close());

t.test('a topic is read once for all that watch it, and told to each when it has changed', async (t) => {
  const [topic, other] = [new Word('a'), new Word('b')];
  const watchers = Array.from({ length: 150 }, watcher);
  for (const each of watchers) t.equal((await watches.join(topic, each))?.write(0), 'one 0');
  await watches.join(other, watcher());
  topic.reads = other.reads = 0;
  for (const each of watchers) each.told.length = 0;

  watches.events([event('a'), event('a'), event('c')]);
  await sleep(5);
  t.same([topic.reads, other.reads, watchers[0]?.told], [1, 0, []], 'what has not changed is not told');
  topic.word = 'two';
  watches.events([event('a')]);
  await sleep(5);
  t.ok(watchers.every(({ told }) => told.length === 1 && told[0] === 'two 7'));
  watches.events([
    event('a', { type: 'phone.registered' }),
    event('a', { type: 'phone.refused' }),
    event('a', { type: 'ban.added' }),
  ]);
  await sleep(5);
  t.equal(topic.reads, 2, 'nor is what cannot change it read');
  for (const each of watchers) watches.leave(topic, each);
  t.equal(watches.size, 1);
});

t.test('what happens while it is read has it read once more', async (t) => {
  const topic = new Word('d');
  const one = watcher();
  await watches.join(topic, one);
  topic.delay = 20;
  topic.reads = 0;
  watches.events([event('d')]);
  await sleep(10);
  topic.word = 'two';
  for (let i = 0; i < 5; i++) watches.events([event('d', { type: 'phone.registered' })]);
  await sleep(60);
  t.same([topic.reads, one.told.at(-1)], [2, 'two 7']);
});

t.test('the state brings signs of its own, such as its calls', async (t) => {
  const topic = new Word('e');
  topic.more = ['call 1'];
  const one = watcher();
  await watches.join(topic, one);
  topic.word = 'two';
  topic.more = [];
  watches.events([event('z', { type: 'call.ended', call: '1' })]);
  await sleep(5);
  t.equal(one.told.at(-1), 'two 7');
  topic.word = 'three';
  watches.events([event('z', { type: 'call.ended', call: '1' })]);
  await sleep(5);
  t.equal(one.told.at(-1), 'two 7', 'which go with it');
  watches.missed();
  await sleep(5);
  t.equal(one.told.at(-1), 'three 7', 'after missed events everything is read');
  topic.word = 'gone';
  watches.missed();
  await sleep(5);
  t.equal(one.told.at(-1), undefined);
});

t.test('a store that is away is asked again', async (t) => {
  const topics = [new Word('f'), new Word('g')];
  const one = watcher();
  for (const topic of topics) {
    await watches.join(topic, one);
    topic.error = new Error('away');
    topic.word = 'two';
  }
  watches.events([event('f'), event('g')]);
  await sleep(1_100);
  for (const topic of topics) topic.error = undefined;
  await sleep(1_100);
  t.same(one.told.slice(-2), ['two 7', 'two 7']);
  t.ok(errors.length >= 3);

  const late = new Word('h');
  late.error = new Error('away');
  const size = watches.size;
  await t.rejects(watches.join(late, one), /away/);
  t.equal(watches.size, size, 'a watcher that could not be told anything does not stay');
});
