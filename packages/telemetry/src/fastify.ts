import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify'
import { attempt } from './attempt.ts'
import { responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'
import { makeRoomForGood } from './listener-room.ts'

/** Fastify's mark of a plugin whose hooks also hold for what is registered beside it. */
const SKIP_OVERRIDE = Symbol.for('skip-override')

/** A plugin that follows every request of a Fastify application. Register it before everything else. */
export function followRequests(server: FollowedServer): FastifyPluginCallback {
  const routed = new WeakMap<object, FastifyRequest>()
  const follow = responseFollower(server, (raw: object) => templateOf(routed.get(raw)))
  /**
   * Fastify answers a path that it can't decode, or a parameter that is too long, before any hook. Only the application
   * itself owns its server: a part of one, which inherits it, is followed alone.
   */
  const followUnrouted = (listening: FastifyInstance['server']) => {
    makeRoomForGood(listening)
    listening.on('request', (request, response) => follow(response, request, request))
  }
  const plugin: FastifyPluginCallback = (fastify, _options, done) => {
    fastify.addHook('onRequest', (request, reply, next) => {
      routed.set(request.raw, request)
      follow(reply.raw, request, request.raw)
      next()
    })
    if (server && !server.isOff && Object.hasOwn(fastify, 'server'))
      attempt(() => followUnrouted(fastify.server))
    done()
  }
  return Object.assign(plugin, { [SKIP_OVERRIDE]: true })
}

function templateOf(request: FastifyRequest | undefined): string | undefined {
  return request?.is404 ? undefined : request?.routeOptions.url
}
