// Packs every package into a directory, and installs them there: node scripts/pack.mjs <directory>
import { resolve } from 'node:path'
import { installAll } from './packages.mjs'

const [directory] = process.argv.slice(2)
if (!directory) throw new Error('Where to? node scripts/pack.mjs <directory>')
installAll(resolve(directory))
