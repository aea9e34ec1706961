// AssemblyScript. The members of a record, told by their names.

/** Part of the key: what the mapping, the attribution or the ledger reads, and what is not known. */
export const OTHER: i32 = 0;
/** Read by nothing. */
export const IGNORED: i32 = 1;
/** Counts for the key where something is in it that its call's mapping may read. */
export const VOLATILE: i32 = 2;
/** Any record with it is left to the exact path. */
export const EXACT: i32 = 3;
/** What follows may stand in a record once. */
export const TIME: i32 = 4;
export const ID: i32 = 5;
export const IDENTITY: i32 = 6;
export const SOURCE: i32 = 7;
export const NAME: i32 = 8;
export const ERROR: i32 = 9;
export const VERSION: i32 = 10;
export const REQUEST: i32 = 11;

/** No member that is read has a longer name: `additionalEventData`. */
const LONGEST: usize = 19;

/** The constants are the names' first and last eight bytes, little endian. */
export function kindOf(key: usize, length: usize): i32 {
  if (length > LONGEST) return IGNORED;
  const head = load<u64>(key);
  if (length === 7) return (head & 0x00ffffffffffffff) === 0x0044_4974_6e65_7665 ? ID : OTHER; // eventID
  if (length < 8) return OTHER;
  const tail = load<u64>(key + length - 8);
  if (length === 8) return head === 0x6d75_646e_6564_6461 ? EXACT : OTHER; // addendum
  if (length === 9) {
    if (head === 0x6d69_5474_6e65_7665 && load<u8>(key, 8) === 0x65) return TIME; // eventTime
    if (head === 0x6d61_4e74_6e65_7665 && load<u8>(key, 8) === 0x65) return NAME; // eventName
    if (head === 0x646f_4372_6f72_7265 && load<u8>(key, 8) === 0x65) return ERROR; // errorCode
    if (head === 0x4974_7365_7571_6572 && load<u8>(key, 8) === 0x44) return IGNORED; // requestID
    if (head === 0x6e65_6741_7265_7375 && load<u8>(key, 8) === 0x74) return IGNORED; // userAgent
    return OTHER;
  }
  if (length === 10)
    return head === 0x6961_7465_4473_6c74 && tail === 0x736c_6961_7465_4473 ? IGNORED : OTHER; // tlsDetails
  if (length === 11) return head === 0x756f_5374_6e65_7665 && tail === 0x6563_7275_6f53_746e ? SOURCE : OTHER; // eventSource
  if (length === 12) {
    if (head === 0x6e65_6449_7265_7375 && tail === 0x7974_6974_6e65_6449) return IDENTITY; // userIdentity
    if (head === 0x7265_5674_6e65_7665 && tail === 0x6e6f_6973_7265_5674) return VERSION; // eventVersion
    return OTHER;
  }
  if (length === 13) return head === 0x7645_6465_7261_6873 && tail === 0x4449_746e_6576_4564 ? EXACT : OTHER; // sharedEventID
  if (length === 16)
    return head === 0x6573_6e6f_7073_6572 && tail === 0x7374_6e65_6d65_6c45 ? VOLATILE : OTHER; // responseElements
  if (length === 17)
    return head === 0x5074_7365_7571_6572 && tail === 0x7372_6574_656d_6172 && load<u8>(key, 8) === 0x61
      ? REQUEST // requestParameters
      : OTHER;
  if (length === 19)
    return head === 0x6e6f_6974_6964_6461 && tail === 0x6174_6144_746e_6576 ? VOLATILE : OTHER; // additionalEventData
  return OTHER;
}
