import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { Model, Phone } from '../../api/types.js';
import { Icon } from '../../parts/icons.js';
import { PageTitle } from '../../parts/page-title.js';
import { Failure, Loading } from '../../parts/states.js';
import { ModeTag, OnlineState } from '../../parts/tags.js';
import { useScope } from '../../session/scope.js';
import { Bindings } from './bindings.js';
import { Credentials } from './credentials.js';
import { Fence } from './fence.js';
import { HistoryTimeline } from './history-timeline.js';
import { PhoneActions } from './phone-actions.js';
import classes from './phone-page.module.css';
import { Softkeys } from './softkeys.js';
import { Status } from './status.js';
import { useExtension, useModel, usePhone } from './use-phone.js';

/** Everything about one phone. */
export function PhonePage({ id }: { id: string }) {
  const { data, error, refetch } = usePhone(id);
  const phone = data?.value;
  const { data: model } = useModel(phone?.sipPhoneModel);
  const { mayEdit } = useScope();
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || phone === undefined) return <Loading />;
  return (
    <>
      <Head phone={phone} model={model} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <Status phone={phone} model={model} readAt={data.readAt} />
          <Bindings phone={phone} />
          <Softkeys phone={phone} model={model} />
        </div>
        <div className={classes.column}>
          <Fence key={data.etag} phone={phone} etag={data.etag} mayEdit={mayEdit} />
          <Credentials phone={phone} mayEdit={mayEdit} />
          {mayEdit && <PhoneActions phone={phone} model={model} />}
          <HistoryTimeline id={id} />
        </div>
      </div>
    </>
  );
}

function Head({ phone, model }: { phone: Phone; model: Model | undefined }) {
  const { data: extension } = useExtension(phone.extension);
  return (
    <header className={classes.head}>
      <Anchor component={Link} href="/" size="sm" className={classes.back}>
        <Icon name="back" size={14} />
        Fleet
      </Anchor>
      <Group gap="sm">
        <PageTitle>{extension ? `${extension.number} · ${extension.name}` : 'Phone without extension'}</PageTitle>
        <OnlineState online={phone.status.online} />
        <ModeTag mode={phone.ip.mode} />
        <Text size="sm" c="dimmed">
          {[model?.brandName, model?.model].filter(Boolean).join(' ')}
          {phone.macAddress && (
            <>
              {' · '}
              <span className="mono">{phone.macAddress}</span>
            </>
          )}
        </Text>
      </Group>
      {phone.notes && (
        <Text size="sm" c="dimmed" lineClamp={2}>
          {phone.notes}
        </Text>
      )}
    </header>
  );
}
