export { type AppOptions, createApp } from './app.ts'
export type { ErrorBody } from './http-error.ts'
export { PortTakenError } from './listen-error.ts'
export { type RunningServer, type ServerOptions, startServer } from './server.ts'
