// The floor of leaving an event behind: one file, written and renamed.
import { renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const file = join(homedir(), `event-${process.pid}`)
writeFileSync(`${file}.tmp`, '{}'.padEnd(600))
renameSync(`${file}.tmp`, `${file}.json`)
