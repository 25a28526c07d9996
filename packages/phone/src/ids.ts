import { ObjectId } from 'bson';

/** A new id: a time-ordered ObjectId, 24 lower-case hex digits. */
export function newId(): string {
  return new ObjectId().toHexString();
}

/** An id as we write it (lower case), or undefined when the text is not 24 hex digits. */
export function parseId(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{24}$/i.test(text) ? text.toLowerCase() : undefined;
}
