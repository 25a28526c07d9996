import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json' with { type: 'json' };
import { BY_NUMBER } from '../../words/countries.js';

/** Size of the map. */
export const MAP = { width: 640, height: 300 };

/** A country on the map. */
export interface Shape {
  /** ISO 3166-1 alpha-2; undefined for land that has none. */
  code: string | undefined;
  path: string;
}

/** Antarctica, where no phones are. */
const LEFT_OUT = '010';

/** The countries of the world, large enough to be seen. */
export const SHAPES: readonly Shape[] = makeShapes();

function makeShapes(): Shape[] {
  const topology = world as unknown as Topology<{ countries: GeometryCollection }>;
  const countries = feature(topology, topology.objects.countries);
  const shown = { ...countries, features: countries.features.filter(({ id }) => id !== LEFT_OUT) };
  const path = geoPath(geoNaturalEarth1().fitSize([MAP.width, MAP.height], shown)).digits(1);
  return shown.features.map((country) => ({ code: BY_NUMBER.get(String(country.id)), path: path(country) ?? '' }));
}
