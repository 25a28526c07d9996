export { type Countries, type CountryAnswer, type CountryOptions, openCountries } from './countries.js';
export { type CountryNetwork, parseNetworks } from './networks.js';
