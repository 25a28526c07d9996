/** One property of the request or the response. */
export interface Property {
  /** Its path; `[]` stands for any element. */
  readonly name: string;
  /** Its type, as the page writes it. */
  readonly type: 'Id' | 'ObjectID' | 'ObjectId' | 'String' | 'Number' | 'Boolean' | 'Date' | 'Array';
}
