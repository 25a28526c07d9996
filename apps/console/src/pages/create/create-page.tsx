export function CreatePage(_props: { id?: string }) {
  return <p>CreatePage</p>;
}
