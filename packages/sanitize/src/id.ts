import { fit, type Safe } from './safe.ts'

/** A UUID of any version, in either case. */
export const UUID_SHAPE = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/

/** A project's hash: 16 lower-case hexadecimal digits. */
export const HEX16_SHAPE = /^[0-9a-f]{16}$/

/** The text if all of it is a UUID, else undefined. */
export const safeUuid = (text: string): Safe | undefined => fit(UUID_SHAPE, text)

/** The text if all of it is 16 lower-case hexadecimal digits, else undefined. */
export const safeHex16 = (text: string): Safe | undefined => fit(HEX16_SHAPE, text)
