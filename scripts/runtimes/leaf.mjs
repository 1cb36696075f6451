// Tries one of the small packages: leaf.mjs hash
import { LEAVES } from './leaves.mjs'

await LEAVES[process.argv[2]]()
