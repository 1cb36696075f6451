import { startView, type View, type ViewOptions } from '@visivo/telemetry/view'
import type { CommandContext } from '../../context.ts'
import { TelemetryError } from '../../errors.ts'
import { openBrowser } from './open-browser.ts'
import { print } from './print.ts'
import { readableHere } from './readable-here.ts'
import type { TelemetryFlags } from './telemetry-here.ts'
import { terminalGone } from './terminal-gone.ts'

/** The flags of `view`. */
export interface ViewFlags extends TelemetryFlags {
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number
  readonly open: boolean
}

const SOON_OVER = 'Ctrl-C ends the page, and so does a quarter of an hour in which nobody looks at it.\n'

/**
 * `visivo telemetry view`: a page that shows all of it, on this machine only, until Ctrl-C, until the terminal is
 * gone or until nobody looks at it any more. Rejects when the port is taken, and where nothing may be looked at.
 */
export async function view(flags: ViewFlags, context: CommandContext): Promise<void> {
  const { stdout, env, signal } = context
  const { telemetry, where } = readableHere(context)
  const page = await start(telemetry, { where, port: flags.port })
  const over = new AbortController()
  try {
    // From before it says anything: whoever reads that may be gone in the same moment.
    const gone = terminalGone(AbortSignal.any([signal, over.signal]))
    print(context, flags, { url: page.url }, `Your usage data: ${page.url}\n`)
    if (flags.open && !flags.json) await openBrowser(page.visitUrl(), env)
    if (!flags.json) stdout.write(SOON_OVER)
    await Promise.race([page.ended, gone])
  } finally {
    over.abort()
    await page.close()
  }
}

async function start(telemetry: Parameters<typeof startView>[0], options: ViewOptions): Promise<View> {
  try {
    return await startView(telemetry, options)
  } catch (cause) {
    throw new TelemetryError(cause instanceof Error ? cause.message : 'The page did not start.', { cause })
  }
}
