import { ActionIcon, Tooltip } from '@mantine/core';
import type { Phone } from '../../api/types.js';
import { Countdown } from '../../live/countdown.js';
import { useConfirm } from '../../parts/confirm.js';
import { Icon } from '../../parts/icons.js';
import { Panel, PanelTable } from '../../parts/panel.js';
import { Failure, Loading, NothingHere } from '../../parts/states.js';
import { useDo } from '../../parts/use-do.js';
import { useScope } from '../../session/scope.js';
import { clockTime } from '../../words/time.js';
import { useBindings } from './use-phone.js';

/** Where a phone is registered. */
export function Bindings({ phone }: { phone: Phone }) {
  const { data, error, refetch } = useBindings(phone._id);
  return (
    <Panel title="Bindings" isBare aside={<span className="dim numbers">{data?.bindings.length}</span>}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading />
      ) : data.bindings.length === 0 ? (
        <NothingHere title="Not registered" hint="Calls can't reach the phone until it registers." />
      ) : (
        <Table phone={phone} {...data} />
      )}
    </Panel>
  );
}

type Data = NonNullable<ReturnType<typeof useBindings>['data']>;

function Table({ phone, bindings, readAt }: { phone: Phone } & Data) {
  const { mayEdit } = useScope();
  const { confirm, dialog } = useConfirm();
  const { act } = useDo(['phone', phone._id]);
  const remove = async (id: string, contact: string) => {
    const warning = `${contact} can't be reached any more until the phone registers again.`;
    if (!(await confirm({ title: 'End this registration?', warning, label: 'End it' }))) return;
    await act('DELETE', `/pbx/sipphone/${phone._id}/bindings/${id}`, 'The registration is ended');
  };
  return (
    <>
      <PanelTable
        label="Bindings"
        head={['From', 'Over', 'Expires', 'First bound', 'Contact', ...(mayEdit ? [''] : [])]}
      >
        {bindings.map((binding) => (
          <tr key={binding._id}>
            <td className="numbers">
              {binding.publicIpAddress}:{binding.port}
              {binding.localIpAddress && <div className="dim">{binding.localIpAddress}</div>}
            </td>
            <td>{binding.protocol.toUpperCase()}</td>
            <td>
              <Countdown until={readAt + binding.expires * 1_000} />
            </td>
            <td className="numbers">{clockTime(Date.parse(binding.registered))}</td>
            <td className="mono" style={{ overflowWrap: 'anywhere', minWidth: 140 }}>
              {binding.contact}
              {binding.userAgent && <div className="dim">{binding.userAgent}</div>}
            </td>
            {mayEdit && (
              <td>
                <Tooltip label="End this registration">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="sm"
                    aria-label={`End the registration from ${binding.publicIpAddress}:${binding.port}`}
                    onClick={() => void remove(binding._id, binding.contact)}
                  >
                    <Icon name="close" size={14} />
                  </ActionIcon>
                </Tooltip>
              </td>
            )}
          </tr>
        ))}
      </PanelTable>
      {dialog}
    </>
  );
}
