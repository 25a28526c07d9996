import { useState } from 'react';
import { PageTitle } from '../../parts/page-title.js';
import { Bans } from './bans.js';
import { RefusalCounts } from './refusal-counts.js';
import { RefusalList } from './refusal-list.js';
import type { Chosen } from './refusals.js';
import classes from './security-page.module.css';
import { useRefusals } from './use-refusals.js';

/** Who was refused and why, and who is kept out. */
export function SecurityPage() {
  const { data, error, refetch } = useRefusals();
  const [chosen, setChosen] = useState<Chosen>({});
  return (
    <div className={classes.page}>
      <PageTitle>Security</PageTitle>
      <RefusalCounts refusals={data ?? []} chosen={chosen} onChoose={setChosen} />
      <div className={classes.both}>
        <RefusalList refusals={data} error={error} retry={() => void refetch()} chosen={chosen} onChoose={setChosen} />
        <Bans />
      </div>
    </div>
  );
}
