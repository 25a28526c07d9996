import { cisco } from './cisco.js';
import { generic } from './generic.js';
import { gigaset } from './gigaset.js';
import { grandstream } from './grandstream.js';
import { lg } from './lg.js';
import { mitel } from './mitel.js';
import type { Model } from './model.js';
import { snom } from './snom.js';
import { yealink } from './yealink.js';

/** Every phone model that is built in. */
export const CATALOGUE: readonly Model[] = [
  ...snom,
  ...yealink,
  ...mitel,
  ...cisco,
  ...grandstream,
  ...gigaset,
  ...lg,
  ...generic,
];
