// Marks are parts of letters: the vowels of Hindi and Thai, and an accent that follows its letter.
const NAME = /^[\p{L}\p{M}\p{N} '"_-]+$/u

/** Whether an object can be called so. A model's name is that of its file, too, and must not lead elsewhere. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text)
}
