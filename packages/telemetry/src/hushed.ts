/**
 * What a function of the host gave. None of them is meant to be `async`: what such a one throws is a rejection that nobody
 * hears of, and that would end the host.
 */
export function hushed<T>(given: T): T {
  const { then } = (given ?? {}) as { readonly then?: unknown }
  if (typeof then === 'function') then.call(given, undefined, () => {})
  return given
}
