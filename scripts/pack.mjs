// Packs every package into a directory: node scripts/pack.mjs <directory>
import { packAll } from './packages.mjs'

const [destination] = process.argv.slice(2)
if (!destination) throw new Error('Where to? node scripts/pack.mjs <directory>')
packAll(destination)
