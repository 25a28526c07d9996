/** One row of the error table. */
export interface ErrorRow {
  readonly code: number;
  /** `#` stands for an element's position. */
  readonly message: string;
  /** `XX` stands for a country code. */
  readonly description: string;
}

/** The errors, in the order of the page. */
export const ERRORS = [
  { code: 422, message: 'multiple', description: 'Multiple errors' },
  { code: 422, message: 'pbxCluster', description: 'PBX cluster id not valid only 1 or 2 is permitted' },
  { code: 404, message: 'sipPhoneModel', description: 'SIP phone model not found or invalid' },
  { code: 404, message: 'extension', description: 'Extension not found' },
  { code: 404, message: 'customer', description: 'Customer not found or not active' },
  { code: 422, message: 'macAddress', description: 'MAC address is invalid' },
  { code: 409, message: 'macAddress', description: 'A phone with the same MAC address already exists' },
  {
    code: 403,
    message: 'macAddress',
    description: 'All available slots has been filled, no more SIP phones can share the MAC address',
  },
  { code: 422, message: 'handsetAddress', description: 'Handset address is missing' },
  { code: 409, message: 'handsetIndex', description: 'The SIP phone/device does not have any free positions' },
  { code: 422, message: 'ip.mode', description: 'Mode is invalid' },
  { code: 422, message: 'ip.countries', description: "Country code 'XX' is not valid" },
  { code: 409, message: 'ip.mode', description: 'ROAMING mode requires countries to be specified' },
  { code: 422, message: 'ip.address', description: 'IP address is invalid' },
  { code: 422, message: 'ringer.volume', description: 'Ringer volume is invalid' },
  { code: 422, message: 'ringer.volume', description: 'Ringer volume is outside the valid range' },
  { code: 422, message: 'ringer.tone', description: 'Ringtone is outside the valid range' },
  { code: 422, message: 'volume.handset.mic', description: 'Handset microphone level is invalid' },
  { code: 422, message: 'volume.handset.speaker', description: 'Handset speaker level is invalid' },
  { code: 422, message: 'volume.headset.mic', description: 'Headset microphone level is invalid' },
  { code: 422, message: 'volume.headset.speaker', description: 'Headset speaker level is invalid' },
  { code: 422, message: 'volume.handsfree.mic', description: 'Handsfree microphone level is invalid' },
  { code: 422, message: 'volume.handsfree.speaker', description: 'Handsfree speaker level is invalid' },
  { code: 422, message: 'softkeys[#].index', description: 'Index is missing' },
  { code: 422, message: 'softkeys[#].index', description: 'Index is being used by another softkey' },
  { code: 422, message: 'softkeys[#].function', description: 'Function is missing' },
  { code: 422, message: 'softkeys[#].function', description: 'Function type is not valid for this phone model' },
  { code: 422, message: 'softkeys[#].value', description: 'Not a valid phone number' },
  { code: 404, message: 'softkeys[#].value', description: 'Extension not found' },
  { code: 422, message: 'softkeys[#].value', description: 'URL is invalid, must begin with http: or https:' },
  { code: 404, message: 'softkeys[#].value', description: 'Group not found' },
  { code: 404, message: 'softkeys[#].value', description: 'Queue not found' },
  { code: 409, message: 'softkeys[#].value', description: 'Extension does not have controller rights on group' },
  { code: 409, message: 'purchaseInfo.sidePanels.serial', description: 'Sidepanel serials need to be unique' },
  {
    code: 422,
    message: 'purchaseInfo.sidePanels',
    description: 'More sidepanels configured than possible for the SIP phone model.',
  },
  { code: 422, message: 'network.ipAddress', description: 'IP address is invalid or missing' },
  { code: 422, message: 'network.subnet', description: 'Subnet mask is invalid or missing' },
  { code: 422, message: 'network.gateway', description: 'Default gateway is invalid or missing' },
  { code: 422, message: 'network.dns1', description: 'Primary DNS server is invalid or missing' },
  { code: 422, message: 'network.dns2', description: 'Secondary DNS server is invalid' },
  { code: 422, message: 'network.vlanId', description: 'Vlan ID is invalid' },
  { code: 422, message: 'network.vlanPriority', description: 'Vlan priority is invalid' },
  { code: 403, message: 'access_denied', description: 'Insufficient access level' },
  { code: 500, message: 'internal_error', description: '<Unspecified>' },
] as const satisfies readonly ErrorRow[];
