import { followHandler } from '@visivo/telemetry/fetch'
import { followed } from './telemetry.js'

const follow = (template, handler) => followHandler(followed, template, handler)
const showParams = async (_request, { params }) => Response.json(await params)

/** The handlers of each route, as Next.js takes them from `app/cakes/[name]/route.js` and its like. */
export const ROUTES = {
  '/cakes': {
    GET: follow('/cakes', () => Response.json(['carrot', 'cheese'])),
    POST: follow('/cakes', () => new Response(null, { status: 201 })),
  },
  '/cakes/[name]': { GET: follow('/cakes/[name]', showParams) },
  '/shops/[shop]/orders/[order]': { GET: follow('/shops/[shop]/orders/[order]', showParams) },
  '/oven': {
    GET: follow('/oven', () => {
      throw new Error('the cake of jane@example.com burnt')
    }),
  },
}
