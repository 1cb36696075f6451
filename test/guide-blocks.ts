import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { until } from '../packages/telemetry/test/processes.ts'

/** A file that a guide writes, or a command that it runs, with the output that it claims. */
export type Step =
  | { readonly file: string; readonly text: string }
  | { readonly command: string; readonly output: string }

/** Where a guide is followed. */
export interface Surroundings {
  /** A fresh one, in which its files are written and its commands run. */
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  /** What stands above the guide's own `export` lines from the first of them on: where its key would send to. */
  readonly destination?: Readonly<Record<string, string>>
  /** Where the package lies that `npm install` would fetch; any other name has to be in the workspace. */
  readonly findPackage: (name: string) => string
}

interface Manifest {
  readonly bin?: string | Readonly<Record<string, string>>
}

/** A program that was started, and what it printed since somebody last looked. */
interface Running {
  readonly child: ChildProcess
  readonly news: () => string
  readonly looked: () => void
}

type Titled = readonly [title: string, step: Step]

/** A fenced block: what stands behind its backticks, and its lines. */
const FENCE = /^```(\w+) ?([^\n]*)\n(.*?)^```$/gms

/**
 * What a guide tells its reader to do, in order, each step with a title.
 * A fenced block with a name behind its language (`js cake.js`) is a whole file. In a `sh` block a line that
 * starts with `$ ` is a command, and what follows is its output, in which `…` is any text, also over several lines;
 * one that ends in ` &` goes on until `kill %1`, and what it prints stands below the output of the command that is
 * run meanwhile. Other blocks are there to be looked at.
 */
export function stepsOf(markdown: string): readonly Titled[] {
  return [...markdown.matchAll(FENCE)].flatMap(
    ([, language = '', file = '', text = '']): readonly Titled[] => {
      if (language === 'sh') return commandsIn(text)
      return file === '' ? [] : [[`write ${file}`, { file, text }]]
    },
  )
}

function commandsIn(text: string): readonly Titled[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((one) => {
      const [, command = '', output = ''] = /^((?:[^\n]*\\\n)*[^\n]*)\n?(.*)$/s.exec(one) ?? []
      return [`$ ${command}`, { command, output: output.trimEnd() }] as const
    })
}

/** Somebody who follows a guide to the letter. */
export class Reader {
  readonly #around: Surroundings
  readonly #running: Running[] = []
  #env: Readonly<Record<string, string>>

  constructor(around: Surroundings) {
    this.#around = around
    this.#env = around.env
  }

  /** Does what a step says; fails if a command prints something else than the guide claims. */
  async take(step: Step): Promise<void> {
    if ('file' in step) return this.#write(step.file, step.text)
    const { command, output } = step
    const [, variable, value = ''] = /^export (\w+)=(\S*)$/.exec(command) ?? []
    if (variable) this.#env = { ...this.#env, [variable]: value, ...this.#around.destination }
    else if (/^npm (install|i) /.test(command)) this.#install(command.split(' ').slice(2))
    else if (command.endsWith(' &')) await this.#start(command.slice(0, -2), output)
    else if (command === 'kill %1') compare(await this.#stop(), output)
    else await this.#run(command, output)
  }

  /** Ends every program that was left running. */
  async close(): Promise<void> {
    while (this.#running.length > 0) await this.#stop()
  }

  #write(file: string, text: string): void {
    const path = join(this.#around.directory, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  #install(words: readonly string[]): void {
    for (const name of words.filter((word) => !word.startsWith('-'))) {
      const link = join(this.#around.directory, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(this.#around.findPackage(name), link, 'junction')
      this.#linkPrograms(name, link)
    }
  }

  #linkPrograms(name: string, home: string): void {
    const { bin = {} } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest
    const programs = typeof bin === 'string' ? { [name]: bin } : bin
    const directory = join(this.#around.directory, 'node_modules', '.bin')
    mkdirSync(directory, { recursive: true })
    for (const [program, file] of Object.entries(programs))
      symlinkSync(join(realpathSync(home), file), join(directory, program))
  }

  /** Runs a command to its end, and waits until what was left running has said what it should. */
  async #run(command: string, expected: string): Promise<void> {
    const { child, news } = this.#spawn(command)
    await once(child, 'close')
    const printed = () => [news(), ...this.#running.map((one) => one.news())].filter(Boolean).join('\n')
    const settled = () => this.#running.length === 0 || matches(printed(), expected)
    await tryUntil(settled)
    compare(printed(), expected)
    for (const one of this.#running) one.looked()
  }

  /** Starts a program that goes on, and waits until it has printed what it should. */
  async #start(command: string, expected: string): Promise<void> {
    const program = this.#spawn(`exec env ${command}`)
    this.#running.push(program)
    await tryUntil(() => matches(program.news(), expected) || program.child.exitCode !== null)
    compare(program.news(), expected)
    program.looked()
  }

  /** Ends the program that was started last; gives what it still said. */
  async #stop(): Promise<string> {
    const program = this.#running.pop()
    if (!program) throw new Error('nothing runs')
    const { child, news } = program
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close')
      child.kill()
      await ended
    }
    return news()
  }

  #spawn(command: string): Running {
    const child = spawn('sh', ['-c', `exec 2>&1; ${command}`], {
      cwd: this.#around.directory,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    return {
      child,
      news: () => text.trimEnd(),
      looked: () => {
        text = ''
      },
    }
  }
}

/** Whoever waits in vain compares, and says what was there instead. */
async function tryUntil(isSo: () => boolean): Promise<void> {
  await until('what the guide shows', isSo, 15_000).catch(() => {})
}

function compare(output: string, expected: string): void {
  // Only where they differ, because two texts show how and a pattern does not.
  if (!matches(output, expected)) expect(output).toBe(expected)
}

function matches(output: string, expected: string): boolean {
  const pattern = expected.split('…').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pattern.join('.*?')}$`, 's').test(output)
}
