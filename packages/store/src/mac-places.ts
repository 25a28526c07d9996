import type { Redis } from 'ioredis';
import type { Command, Condition } from './change.js';
import { keys } from './keys.js';

/** What it takes to give a place at a MAC address back, or to take one. */
export interface PlaceChange {
  conditions: Condition[];
  commands: Command[];
}

/** What a phone wants at a MAC address. */
export interface PlaceWish {
  mac: string;
  model: string;
  customer: string;
  /** How many phones may share it. */
  places: number;
}

/**
 * Finds a place for a phone: the one it has there already, else the lowest free one.
 * @param conflict makes the error for when things are no longer as they were read
 * @returns the place and what takes it; undefined when there is none, or others with another model or customer are there
 */
export async function takePlace(
  redis: Redis,
  id: string,
  { mac, model, customer, places }: PlaceWish,
  conflict: () => Error,
): Promise<(PlaceChange & { place: number }) | undefined> {
  const key = keys.mac(mac);
  const { sharing, taken, size } = await readPlaces(redis, mac);
  const others = [...taken].filter(([, holder]) => holder !== id).map(([place]) => place);
  if (others.length > 0 && (sharing.model !== model || sharing.customer !== customer)) return undefined;
  const own = [...taken].find(([, holder]) => holder === id)?.[0];
  const place = own ?? lowestFree(others);
  if (place >= places) return undefined;
  return {
    place,
    conditions: [
      { command: ['HLEN', key], answer: size, otherwise: conflict },
      { command: ['HGET', key, place], answer: own === undefined ? '' : id, otherwise: conflict },
      { command: ['HGET', key, 'model'], answer: sharing.model ?? '', otherwise: conflict },
      { command: ['HGET', key, 'customer'], answer: sharing.customer ?? '', otherwise: conflict },
    ],
    commands: [['HSET', key, place, id, 'model', model, 'customer', customer]],
  };
}

/** What gives the place of a phone back; the address itself is free again when it was the last one there. */
export async function leavePlace(redis: Redis, id: string, mac: string, conflict: () => Error): Promise<PlaceChange> {
  const key = keys.mac(mac);
  const { taken, size } = await readPlaces(redis, mac);
  const own = [...taken].find(([, holder]) => holder === id)?.[0];
  if (own === undefined) return { conditions: [], commands: [] };
  return {
    conditions: [{ command: ['HLEN', key], answer: size, otherwise: conflict }],
    commands: taken.size === 1 ? [['DEL', key]] : [['HDEL', key, own]],
  };
}

/** The places that are taken at a MAC address, each with the phone that has it, and what those phones share. */
async function readPlaces(redis: Redis, mac: string) {
  const { model, customer, ...places } = await redis.hgetall(keys.mac(mac));
  const taken = new Map(Object.entries(places).map(([place, holder]) => [Number(place), holder]));
  return { sharing: { model, customer }, taken, size: taken.size === 0 ? 0 : taken.size + 2 };
}

function lowestFree(taken: readonly number[]): number {
  let place = 0;
  while (taken.includes(place)) place++;
  return place;
}
