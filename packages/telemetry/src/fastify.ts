import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/** Fastify's mark of a plugin whose hooks also hold for what is registered beside it. */
const SKIP_OVERRIDE = Symbol.for('skip-override')

/** A plugin that follows every request of a Fastify application. Register it before all else. */
export function followRequests(server: FollowedServer): FastifyPluginCallback {
  const follow = responseFollower(server, templateOf)
  const plugin: FastifyPluginCallback = (fastify, _options, done) => {
    fastify.addHook('onRequest', (request, reply, next) => {
      follow(reply.raw, request, request)
      next()
    })
    done()
  }
  return Object.assign(plugin, { [SKIP_OVERRIDE]: true })
}

function templateOf(request: FastifyRequest): string | undefined {
  return request.is404 ? undefined : request.routeOptions.url
}
