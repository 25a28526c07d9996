import { scaleSqrt } from 'd3-scale';
import type { Overview } from '../../api/types.js';
import { countryName } from '../../words/countries.js';
import overview from './overview.module.css';
import { MAP, SHAPES } from './shapes.js';
import classes from './world-map.module.css';

/** Countries that are named beside the map. */
const NAMED = 6;

/** Where phones are: the more of them, the darker the country. */
export default function WorldMap({ byCountry }: Pick<Overview, 'byCountry'>) {
  const online = new Map(byCountry.map(({ country, online }) => [country, online]));
  const most = Math.max(1, ...online.values());
  const opacity = scaleSqrt([0, most], [0.25, 1]);
  const ranked = [...byCountry].sort((a, b) => b.online - a.online);
  const total = ranked.reduce((sum, each) => sum + each.online, 0);
  return (
    <section className={overview.panel} aria-labelledby="map">
      <h2 className={overview.title} id="map">
        Where phones are
      </h2>
      <div className={classes.both}>
        <svg viewBox={`0 0 ${MAP.width} ${MAP.height}`} className={classes.map} aria-hidden="true">
          {SHAPES.map(({ code, path }) => {
            const count = online.get(code ?? '') ?? 0;
            return (
              <path
                key={path}
                d={path}
                className={count > 0 ? classes.lit : classes.land}
                opacity={count > 0 ? opacity(count) : 1}
              >
                {count > 0 && <title>{`${countryName(code ?? '')}: ${count}`}</title>}
              </path>
            );
          })}
        </svg>
        {ranked.length === 0 ? (
          <p className={classes.none}>No phone is online from an address with a known country.</p>
        ) : (
          <ol className={classes.list}>
            {ranked.slice(0, NAMED).map((each) => (
              <li key={each.country} className={classes.item}>
                <span>{countryName(each.country)}</span>
                <span className="numbers">{each.online.toLocaleString('en')}</span>
                <span className={classes.bar} style={{ width: `${(each.online / total) * 100}%` }} />
              </li>
            ))}
            {ranked.length > NAMED && <li className="dim">and {ranked.length - NAMED} more</li>}
          </ol>
        )}
      </div>
    </section>
  );
}
