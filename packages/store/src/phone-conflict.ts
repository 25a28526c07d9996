import { DirectoryConflict } from './directory/entries.js';

/** What a new phone can be in conflict over, by the status of its script. */
export const CONFLICTS = {
  '-1': 'username',
  '-2': 'macAddress',
  '-3': 'sidePanels',
  '-4': 'reference',
  '-5': 'id',
} as const;

/**
 * Thrown when a phone can't be stored because something that must be unique is taken, something that it refers to does not
 * exist, or it was changed since it was read; nothing was stored.
 */
export class PhoneConflict extends DirectoryConflict {
  readonly over: (typeof CONFLICTS)[keyof typeof CONFLICTS] | 'change';

  constructor(over: PhoneConflict['over']) {
    super(`conflict over ${over}`);
    this.over = over;
  }
}
