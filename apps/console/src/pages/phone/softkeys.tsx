import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Model, Phone } from '../../api/types.js';
import { Panel } from '../../parts/panel.js';
import { Loading, NothingHere } from '../../parts/states.js';
import { type KeyPage, layOutKeys, SOFTKEY_WORDS, type Softkey } from '../../words/softkeys.js';
import classes from './softkeys.module.css';
import { useExtension } from './use-phone.js';

/** The keys of a phone where they are on it. */
export function Softkeys({ phone, model }: { phone: Phone; model: Model | undefined }) {
  const [chosen, setChosen] = useState('');
  if (model === undefined) return <Loading />;
  const panels = {
    count: phone.sidePanelCount ?? 0,
    softkeys: model.sidePanels?.softkeys ?? 0,
    name: phone.sidePanel ?? 'Side panel',
  };
  const pages = layOutKeys(model.softkeys, model.description, panels);
  const page = pages.find(({ title }) => title === chosen) ?? pages[0];
  return (
    <Panel
      title="Softkeys"
      aside={
        pages.length > 1 && (
          <SegmentedControl
            aria-label="Page of keys"
            data={pages.map(({ title }) => title)}
            value={page?.title ?? ''}
            onChange={setChosen}
          />
        )
      }
    >
      {page === undefined ? (
        <NothingHere title={`${model.brandName} ${model.model} has no softkeys`} />
      ) : (
        <Device phone={phone} model={model} page={page} />
      )}
    </Panel>
  );
}

/** One page of keys: those of the phone on both sides of its display, those of a panel in two columns. */
function Device({ phone, model, page }: { phone: Phone; model: Model; page: KeyPage }) {
  const byIndex = new Map(phone.softkeys?.map((key) => [key.index, key]));
  const indexes = Array.from({ length: page.count }, (_, at) => page.first + at);
  const half = Math.ceil(indexes.length / 2);
  const isPanel = page.first >= model.softkeys;
  const column = (some: number[]) => (
    <ul className={classes.keys}>
      {some.map((index) => (
        <Key key={index} index={index} softkey={byIndex.get(index)} />
      ))}
    </ul>
  );
  return (
    <div className={`${classes.device} ${isPanel ? classes.panel : ''}`}>
      {column(indexes.slice(0, half))}
      {!isPanel && (
        <div className={classes.display}>
          <span>{model.brandName}</span>
          <span>{model.model}</span>
        </div>
      )}
      {column(indexes.slice(half))}
    </div>
  );
}

function Key({ index, softkey }: { index: number; softkey: Softkey | undefined }) {
  const isExtension = softkey?.function === 'BLF';
  const { data: extension } = useExtension(isExtension ? softkey?.value : undefined);
  const words = SOFTKEY_WORDS[softkey?.function ?? ''] ?? softkey?.function;
  const value = isExtension ? extension && `${extension.number} ${extension.name}` : softkey?.value;
  const what = [words, value].filter(Boolean).join(' · ');
  return (
    <li className={`${classes.key} ${softkey ? '' : classes.empty}`} title={what || undefined}>
      <span className={classes.number}>{index + 1}</span>
      {softkey && (
        <div>
          <div className={classes.label}>{softkey.label ?? words}</div>
          <div className={classes.what}>{softkey.label ? what : value}</div>
        </div>
      )}
    </li>
  );
}
