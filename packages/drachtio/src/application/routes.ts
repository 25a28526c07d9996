/** Which applications want which verb. Requests are shared among them exactly in turn. */
export class Routes<A> {
  readonly #takers = new Map<string, A[]>();

  /** Notes that an application wants a verb; doing so twice changes nothing. */
  add(verb: string, application: A): void {
    const takers = this.#takers.get(verb);
    if (takers === undefined) this.#takers.set(verb, [application]);
    else if (!takers.includes(application)) takers.push(application);
  }

  /** Takes one verb from an application. */
  remove(verb: string, application: A): void {
    const takers = this.#takers.get(verb);
    const index = takers?.indexOf(application) ?? -1;
    if (takers === undefined || index === -1) return;
    takers.splice(index, 1);
    if (takers.length === 0) this.#takers.delete(verb);
  }

  /** The application whose turn it is, of those that are able to take a request. */
  next(verb: string, isAble: (application: A) => boolean): A | undefined {
    const takers = this.#takers.get(verb) ?? [];
    const index = takers.findIndex(isAble);
    const [taker] = index === -1 ? [] : takers.splice(index, 1);
    if (taker !== undefined) takers.push(taker);
    return taker;
  }

  /** All applications that want a verb. */
  all(verb: string): readonly A[] {
    return this.#takers.get(verb) ?? [];
  }
}
