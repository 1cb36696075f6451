/** A cake that stayed in the oven for too long. */
export class BurntError extends Error {}
/** A class that nobody declared: its name is not collected. */
class JanesBowlError extends TypeError {}

/** What can go wrong while a cake is baked. */
const MISHAPS = {
  burnt: () => {
    throw new BurntError('the recipe of jane@example.com burnt')
  },
  spilt: () => {
    throw new JanesBowlError('spilt')
  },
  smoke: () => process.exit(3),
  // Nobody waits for this one.
  gas: () => void Promise.reject(new BurntError('out of gas')),
  waiting: () => void setInterval(() => {}, 1_000),
}

export function bake(recipe, { mishap }) {
  console.log(`baking ${recipe}`)
  MISHAPS[mishap]?.()
}

export function heat({ degrees }) {
  console.log(`heating to ${degrees}`)
}
