import { inOneLine } from '@visivo/api/printable'
import { SingleBar } from 'cli-progress'
import type { CommandContext } from '../context.ts'
import type { JobDone } from './execute.ts'

/** Shows how far a run is. */
export interface Progress {
  advance(job: JobDone): void
  /** Removes the bar; nothing is shown after it. */
  end(): void
}

/** A bar on a terminal, a line per job anywhere else. `total` is the number of jobs. */
export function showProgress(
  { stderr, env }: Pick<CommandContext, 'stderr' | 'env'>,
  total: number,
): Progress {
  // A dumb terminal, such as that of an editor, shows the bar's control characters.
  return stderr.isTTY && env.TERM !== 'dumb' ? showBar(stderr, total) : showLines(stderr, total)
}

function showBar(stderr: CommandContext['stderr'], total: number): Progress {
  const bar = new SingleBar({
    stream: stderr,
    format: '{bar} {value}/{total} {model}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    // Whatever stops or ends this process meanwhile, such as Ctrl-Z, the shell gets back a terminal that shows its cursor
    // and wraps its lines. What is wider than the terminal is cut off.
    hideCursor: false,
    linewrap: true,
    clearOnComplete: true,
    stopOnComplete: true,
    // Ctrl-C is this program's own business.
    gracefulExit: false,
  })
  bar.start(total, 0, { model: '' })
  return {
    advance: ({ name }) => bar.increment(1, { model: inOneLine(name) }),
    end: () => bar.stop(),
  }
}

function showLines(stderr: CommandContext['stderr'], total: number): Progress {
  let done = 0
  return {
    advance: ({ name, rows, seconds }) => {
      done += 1
      stderr.write(
        `[${done}/${total}] ${inOneLine(name)}: ${rows} ${rows === 1 ? 'row' : 'rows'}, ${seconds.toFixed(2)} s\n`,
      )
    },
    end: () => {},
  }
}
