// `npm run build`: compiles and bundles what changed; the packages must be installed.
import { build } from './install.js';

build();
