/** What is asked of an emitter: each of Node's has it. */
export interface Limited {
  getMaxListeners(): number
  setMaxListeners(most: number): unknown
}

/** The emitter that this process is, without its environment. */
const ownProcess: Limited = {
  getMaxListeners: () => process.getMaxListeners(),
  setMaxListeners: (most) => process.setMaxListeners(most),
}

/** The limits with room of ours, as we set them last: any other the program has set since. */
const ours = new WeakMap<Limited, number>()

/**
 * Makes room for one listener of ours on every event of an emitter: Node prints a warning to whoever has more than ten,
 * and no program is to have eleven because of us, whether its own come before ours or after. A limit that it sets while
 * we listen is its own and counts ours as well. Gives the function that takes the room away again, from a limit of ours
 * alone. Never throws: where no room is to be had there is none.
 */
export function makeListenerRoom(emitter: Limited = ownProcess): () => void {
  if (!makeRoomForGood(emitter)) return () => {}
  return () => void changeRoom(emitter, -1)
}

/** The same for an emitter that has the listener to its own end. Gives whether there was a limit. */
export function makeRoomForGood(emitter: Limited): boolean {
  return changeRoom(emitter, 1)
}

function changeRoom(emitter: Limited, by: number): boolean {
  try {
    const most = emitter.getMaxListeners()
    // 0 is no limit, too.
    if (most === 0 || most === Number.POSITIVE_INFINITY || most + by === 0) return false
    if (by < 0 && most !== ours.get(emitter)) return false
    emitter.setMaxListeners(most + by)
    ours.set(emitter, most + by)
    return true
  } catch {
    return false
  }
}
