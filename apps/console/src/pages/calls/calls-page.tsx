export function CallsPage(_props: { id?: string }) {
  return <p>CallsPage</p>;
}
