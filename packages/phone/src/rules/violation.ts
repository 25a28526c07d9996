/** One thing that is wrong with a request, as the API tells it. */
export interface Violation {
  /** HTTP status. */
  code: 403 | 404 | 409 | 422;
  /** Path of the property concerned, such as `softkeys[2].index`. */
  message: string;
  description: string;
}
