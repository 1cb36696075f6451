// Prints a CSV file of ../data: what `cat` does, also where there is no `cat`.
import { createReadStream } from 'node:fs'

createReadStream(new URL(`../data/${process.argv[2]}.csv`, import.meta.url)).pipe(process.stdout)
