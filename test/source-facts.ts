import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** What a source file says of itself, as far as the boundaries are concerned. */
export interface SourceFacts {
  /** Relative to the repository, with `/`. */
  readonly path: string
  /** Modules that it loads, by `import`, `export … from`, `import()` or `getBuiltinModule`; types don't count. */
  readonly modules: readonly string[]
  /** Functions of the platform that it calls without importing them: `fetch`, `WebSocket`. */
  readonly calls: readonly string[]
  readonly readsEnvironment: boolean
  /** The types that it casts to, as written. */
  readonly casts: readonly string[]
  /** Whether importing it does more than declaring. */
  readonly runsAtImport: boolean
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The facts of every file that is shipped: the sources of the packages and of the programs, without their tests. */
export function readSources(): readonly SourceFacts[] {
  const files = ['packages', 'apps'].flatMap((top) =>
    readdirSync(join(ROOT, top)).flatMap((name) =>
      readdirSync(join(ROOT, top, name, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
        [top, name, 'src', ...file.split(sep)].join('/'),
      ),
    ),
  )
  return files
    .filter((path) => path.endsWith('.ts') && !/\.(test|d)\.ts$/.test(path))
    .map((path) => factsOf(path, readFileSync(join(ROOT, path), 'utf8')))
}

/** Whether a relative import leads out of the package that the file belongs to. */
export function leavesPackage({ path, modules }: SourceFacts): boolean {
  const [top, name] = path.split('/')
  return modules.some(
    (module) =>
      module.startsWith('/') ||
      (module.startsWith('.') && !posix.join(dirname(path), module).startsWith(`${top}/${name}/`)),
  )
}

function factsOf(path: string, text: string): SourceFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const nodes = all(source)
  return {
    path,
    modules: nodes.flatMap(loadedModule),
    calls: nodes.flatMap((node) =>
      isMade(node) && ts.isIdentifier(node.expression) ? [node.expression.text] : [],
    ),
    readsEnvironment: nodes.some(isEnvironment),
    casts: nodes.flatMap((node) =>
      ts.isAsExpression(node) || ts.isTypeAssertionExpression(node) ? [node.type.getText()] : [],
    ),
    runsAtImport: source.statements.some((statement) => runs(statement, importedFromNode(source))),
  }
}

function all(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  return [node, ...children.flatMap(all)]
}

function isMade(node: ts.Node): node is ts.CallExpression | ts.NewExpression {
  return ts.isCallExpression(node) || ts.isNewExpression(node)
}

function loadedModule(node: ts.Node): readonly string[] {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ? [] : literals(node.moduleSpecifier)
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? [] : literals(node.moduleSpecifier)
  if (!ts.isCallExpression(node)) return []
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    /\b(getBuiltinModule|require)$/.test(node.expression.getText())
  return loads ? literals(node.arguments[0]) : []
}

function literals(node: ts.Node | undefined): readonly string[] {
  return node && ts.isStringLiteralLike(node) ? [node.text] : []
}

/** `process.env`, `process['env']`, `const { env } = process`. */
function isEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    return /^process(\.env|\[.env.\])$/.test(node.getText())
  return (
    ts.isVariableDeclaration(node) &&
    node.initializer?.getText() === 'process' &&
    /\benv\b/.test(node.name.getText())
  )
}

/** A statement that does something, or a value that is asked of the world while the module loads. */
function runs(statement: ts.Statement, fromNode: ReadonlySet<string>): boolean {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.some(
      ({ initializer }) => initializer !== undefined && asksTheWorld(initializer, fromNode),
    )
  return !DECLARES.some((isDeclaration) => isDeclaration(statement))
}

const DECLARES = [
  ts.isImportDeclaration,
  ts.isExportDeclaration,
  ts.isFunctionDeclaration,
  ts.isClassDeclaration,
  ts.isInterfaceDeclaration,
  ts.isTypeAliasDeclaration,
]

function asksTheWorld(node: ts.Node, fromNode: ReadonlySet<string>): boolean {
  if (ts.isFunctionLike(node)) return false
  if (ts.isIdentifier(node)) return node.text === 'process' || fromNode.has(node.text)
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  return children.some((child) => asksTheWorld(child, fromNode))
}

function importedFromNode(source: ts.SourceFile): ReadonlySet<string> {
  const names = source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !literals(statement.moduleSpecifier)[0]?.startsWith('node:'))
      return []
    return all(statement).flatMap((node) =>
      ts.isImportSpecifier(node) && !node.isTypeOnly ? [node.name.text] : [],
    )
  })
  return new Set(names)
}
