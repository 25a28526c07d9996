import type { MediaEnd } from './media-end.js';

/**
 * The media between two ends of a call. Session descriptions pass through it on their way from one end to the other; an
 * empty one, of a message that has none, stays so.
 */
export interface MediaSession {
  /**
   * Gives an offer the form in which the other end gets it.
   * @throws SipFailure 503 when that cannot be done now
   */
  offer(from: MediaEnd, sdp: string): Promise<string>;
  /**
   * Gives an answer to the last offer of the other end the form in which that gets it.
   * @throws SipFailure 503 when that cannot be done now
   */
  answer(from: MediaEnd, sdp: string): Promise<string>;
  /** The last offer was refused: the session goes on as it was agreed on before (RFC 3261 section 14.1). */
  refused(): void;
  /** It is over. */
  end(): void;
}

/** What carries the media of calls. */
export interface Media {
  /** Begins a session between two ends; nothing is taken up for it before the first offer. */
  open(one: MediaEnd, other: MediaEnd): MediaSession;
}

const UNTOUCHED: MediaSession = {
  offer: async (_from, sdp) => sdp,
  answer: async (_from, sdp) => sdp,
  refused: () => {},
  end: () => {},
};

/** Media that goes from phone to phone: session descriptions pass as they are. */
export const DIRECT_MEDIA: Media = { open: () => UNTOUCHED };

/** Media that is carried, and goes from phone to phone while that cannot be: better no sound than no call. */
export function orDirect(media: Media): Media {
  return {
    open: (one, other) => {
      const carried = media.open(one, other);
      let isDirect = false;
      return {
        offer: async (from, sdp) => {
          const passed = await carried.offer(from, sdp).catch(() => undefined);
          isDirect = passed === undefined;
          return passed ?? sdp;
        },
        answer: async (from, sdp) => (isDirect ? sdp : carried.answer(from, sdp)),
        refused: () => carried.refused(),
        end: () => carried.end(),
      };
    },
  };
}
