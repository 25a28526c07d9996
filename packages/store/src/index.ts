export * from './admission.js';
export { type Actor, runAs } from './audit/actor.js';
export { AUDITED, type Audited } from './audit/audited.js';
export type { Changes, PropertyChange } from './audit/changes.js';
export { type AuditEntry, type AuditQuery, AuditTrail } from './audit/trail.js';
export { type Ban, type BanReason, Bans, type Offence, type Offender } from './bans.js';
export type { Binding, ContactUpdate } from './binding.js';
export * from './bindings.js';
export * from './calls.js';
export type { Command } from './change.js';
export { changePhone, type PhoneChange, removePhone, resetCredentials } from './change-phone.js';
export { Consumer, Overtaken } from './consumer.js';
export { COUNTED, type Counted, Counts, type CountsOf, OVERALL } from './counts.js';
export { createPhone, type WrittenPhone } from './create-phone.js';
export { type CheckedEntry, CUSTOMER_NOT_FOUND } from './directory/check.js';
export { DirectoryConflict, Entries, EntryInUse, type Page, type Part } from './directory/entries.js';
export { Customer, Extension, Group, ID, NAME, Product, Queue } from './directory/entry.js';
export type { Entry } from './directory/kinds.js';
export { Directory } from './directory.js';
export {
  type DisconnectionReason,
  EVENT_TYPES,
  Event,
  type EventType,
  eventFields,
  eventTypes,
  isEarlier,
  type RefusalReason,
  StoredEvent,
} from './event.js';
export { EventFeed, type FeedListener } from './event-feed.js';
export { EVENTS_KEPT, Events } from './events.js';
export { Fleet, type FleetParts, type FleetQuery } from './fleet/fleet.js';
export { FLEET_ORDERS, type FleetOrder } from './fleet/order.js';
export type { FleetRow } from './fleet/row.js';
export { type Concerned, History, type HistoryQuery } from './history.js';
export { type DueKeepAlive, KeepAlives } from './keep-alives.js';
export { keys } from './keys.js';
export { type Mailbox, Messages } from './messages.js';
export { MODEL_CONFLICTS, Models, type WrittenModel } from './models.js';
export * from './notices.js';
export { PhoneConflict } from './phone-conflict.js';
export { Phones, type StoredPhone } from './phones.js';
export type { Reach } from './reach.js';
export { connectRedis } from './redis.js';
export { registeredPhones } from './registered-phones.js';
export { Script } from './script.js';
export { MASTER_KEY_BYTES, Secrets } from './secrets.js';
export { openStore, type Store, type StoreOptions } from './store.js';
export { ACCESS_LEVELS, type AccessLevel, type NewToken, TokenBody } from './token-check.js';
export { type CreatedToken, type Token, Tokens } from './tokens.js';
export { isUnavailable, StoreBehind } from './unavailable.js';
export { type DeadDelivery, Deliveries, type Delivery, type WebhookStatus } from './webhooks/deliveries.js';
export { checkWebhook, WEBHOOK_ERRORS, type Webhook, WebhookBody } from './webhooks/webhook.js';
export { WEBHOOKS_FULL, Webhooks } from './webhooks/webhooks.js';
