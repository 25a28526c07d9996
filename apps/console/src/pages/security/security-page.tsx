export function SecurityPage(_props: { id?: string }) {
  return <p>SecurityPage</p>;
}
