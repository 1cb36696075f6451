/**
 * Makes room for one listener of ours on every event of this process: Node prints a warning to whoever has more than
 * ten, and the eleventh must not be ours. Gives the function that takes the room away again.
 */
export function makeListenerRoom(): () => void {
  const most = process.getMaxListeners()
  // No limit.
  if (most === 0 || most === Number.POSITIVE_INFINITY) return () => {}
  process.setMaxListeners(most + 1)
  return () => {
    const now = process.getMaxListeners()
    if (now > 1) process.setMaxListeners(now - 1)
  }
}
