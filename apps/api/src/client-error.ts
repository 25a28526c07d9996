import type { Socket } from 'node:net';
import { apiError } from './errors.js';

/** Answers what is no HTTP request, or was too slow or too long to become one, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(apiError('bad_request').body);
  const head = ['HTTP/1.1 400 Bad Request', 'Connection: close', 'Content-Type: application/json; charset=utf-8'];
  socket.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'));
  socket.destroySoon();
}
