import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Lets every connection that this process opens to a port send at once what is written to it in one turn of the event loop:
 * drachtio-srf writes each message by itself, and under load a system call for each costs more than making the message.
 * @returns what ends it, for connections opened from then on
 */
export function gatherWrites(port: number): () => void {
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      if (socket.remotePort === port) gather(socket);
    });
  };
  subscribe('net.client.socket', onSocket);
  return () => void unsubscribe('net.client.socket', onSocket);
}

function gather(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const gathering = (...args: unknown[]): boolean => {
    // Promises that are settled together have all run before the next tick.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...args);
  };
  Object.assign(socket, { write: gathering });
  // Of the connections that drachtio-srf makes anew, it leaves this one out.
  socket.setNoDelay(true);
}
