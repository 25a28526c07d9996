import type { Clusters } from '../cluster/clusters.js';
import { unavailable } from '../sip/failure.js';
import type { Route } from '../sip/stack.js';
import type { Defence } from './defence.js';

/**
 * The first route of all: turns away who is banned with a whole address, and who sends more requests than one address may
 * without proving a password, before anything of the request is read. A PBX cluster may send what it wants.
 */
export function createGate(defence: Defence, clusters: Clusters): Route {
  return (request, response, next) => {
    const sender = request.source_address;
    if (request.method === 'ACK') return;
    if (clusters.at(sender).length > 0) next();
    else if (defence.isBanned({ address: sender })) response.send(403);
    else if (defence.admits(sender)) next();
    else response.send(503, { headers: unavailable().headers });
  };
}
