import ts from 'typescript'

/** What a snippet says that an expression or a command comes to. */
export interface Claim {
  readonly what: string
  /** In which `…` is any text. */
  readonly result: string
  /** A command that runs meanwhile, in another terminal; then the result is what this one prints. */
  readonly beside?: string
}

/** Stands before what a claim came to, in the output of its program. */
const MARK = '\u0001'
const SHOW = `import { inspect } from 'node:util'
const show = (value) => console.log('${MARK}' + inspect(value, { compact: true, breakLength: Infinity, depth: null }))`

/**
 * The claims of a snippet in JavaScript or TypeScript: every expression that is a statement of its own and has a comment,
 * behind it or in the lines below it. `console.log(x) // 1` is a claim about `x`.
 */
export function claimsOf(code: string): readonly Claim[] {
  return partsOf(code).flatMap(({ claim }) => (claim ? [claim] : []))
}

/** The snippet as a module that prints what each of its claims came to. */
export function moduleOf(code: string): string {
  const parts = partsOf(code).map(({ text, claim }) => (claim ? `show(${claim.what})` : text))
  const { outputText } = ts.transpileModule([SHOW, ...parts].join('\n'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  })
  return outputText
}

/** What the claims came to, from what their module printed. */
export function resultsIn(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(MARK))
    .map((line) => line.slice(MARK.length))
}

/**
 * The claims of a block for a shell: every line with comment lines below it, which are what it prints. Where the line
 * says `# in another terminal`, they are what the line above it prints.
 */
export function commandsOf(shell: string): readonly Claim[] {
  return [...shell.matchAll(/(^.*\n)?^([^#\s].*)\n((?:# .*\n)+)/gm)].map(
    ([, above = '', what = '', comment = '']) => ({
      what,
      result: comment.replaceAll(/^# /gm, '').trim(),
      ...(/# in another terminal\b/.test(what) ? { beside: above.trim() } : {}),
    }),
  )
}

/** Whether the text is what was claimed, but for white space, ids and seconds. */
export function isAsClaimed(text: string, claimed: string): boolean {
  const pattern = plain(claimed)
    .split('…')
    .map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pattern.join('.*')}$`, 's').test(plain(text))
}

/** Two texts that say the same are the same in this form. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([[\]{}]) ?/g, '$1')
    .replaceAll(/\d+\.\d+ s\b/g, 'so long')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id')
    .trim()
}

interface Part {
  readonly text: string
  readonly claim?: Claim
}

function partsOf(code: string): readonly Part[] {
  const source = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true)
  return source.statements.map((statement) => {
    const text = statement.getText()
    const result = commentBehind(code, statement.end)
    if (!ts.isExpressionStatement(statement) || result === '') return { text }
    return { text, claim: { what: shownOf(statement.expression), result } }
  })
}

function commentBehind(code: string, end: number): string {
  const [comment = ''] = /^[ ;]*(?:\n?\/\/.*)+/.exec(code.slice(end)) ?? []
  return comment.replaceAll(/^[ ;]*\/\/ ?/gm, '').trim()
}

function shownOf(expression: ts.Expression): string {
  const isLog = ts.isCallExpression(expression) && expression.expression.getText() === 'console.log'
  return (isLog ? expression.arguments[0] : expression)?.getText() ?? ''
}
