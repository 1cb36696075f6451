export { processWorld, runCli, type World } from './cli.ts'
export type { Report } from './context.ts'
export type { CommandEnd, CommandObserver, CommandStart } from './observer.ts'
