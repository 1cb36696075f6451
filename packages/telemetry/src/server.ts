export { type FollowedServer, followServer, type ServerFacts } from './follow-server.ts'
export type { RequestFacts } from './request-meter.ts'
