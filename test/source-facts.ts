import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** What a source file says of itself, as far as the boundaries are concerned. */
export interface SourceFacts {
  /** Relative to the repository, with `/`. */
  readonly path: string
  /**
   * Modules that it loads, by `import`, `export … from`, `import()`, `require` or `getBuiltinModule`; types don't
   * count. `?` is one whose name is not written out.
   */
  readonly modules: readonly string[]
  /** What it uses of the platform without importing it, by name: `fetch`, `WebSocket`, `globalThis`. */
  readonly globals: readonly string[]
  /** Also by handing on or taking apart `process` as a whole. */
  readonly readsEnvironment: boolean
  /** The types that it casts to, or vouches for in a predicate, as written; and those that it gives another name. */
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

/** The facts of one file. */
export function factsOf(path: string, text: string): SourceFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const nodes = all(source)
  return {
    path,
    modules: nodes.flatMap(loadedModule),
    globals: nodes.flatMap((node) => (isUsed(node) ? [node.text] : [])),
    readsEnvironment: nodes.some(isEnvironment),
    casts: nodes.flatMap(castTo),
    runsAtImport: source.statements.some((statement) => runs(statement, importedFromNode(source))),
  }
}

function all(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  return [node, ...children.flatMap(all)]
}

/** An identifier that stands for a value: no member, no key, no type. */
function isUsed(node: ts.Node): node is ts.Identifier {
  if (!ts.isIdentifier(node)) return false
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  return !ts.isTypeNode(parent) && !ts.isTypeElement(parent) && !ts.isMethodDeclaration(parent)
}

function castTo(node: ts.Node): readonly string[] {
  if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) return [node.type.getText()]
  if (ts.isTypePredicateNode(node) && node.type) return [node.type.getText()]
  return ts.isImportSpecifier(node) && node.propertyName ? [node.propertyName.text] : []
}

function loadedModule(node: ts.Node): readonly string[] {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ? [] : literals(node.moduleSpecifier)
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? [] : literals(node.moduleSpecifier)
  if (!ts.isCallExpression(node)) return []
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    /\b(getBuiltinModule|require)$|\bcreateRequire\(.*\)$/s.test(node.expression.getText())
  return loads ? written(node.arguments[0]) : []
}

function written(node: ts.Node | undefined): readonly string[] {
  const [name = '?'] = literals(node)
  return [name]
}

function literals(node: ts.Node | undefined): readonly string[] {
  return node && ts.isStringLiteralLike(node) ? [node.text] : []
}

/** `process.env`, and whatever else could lead there: `process` as a value of its own, or as a module. */
function isEnvironment(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return /^(node:)?process$/.test(literals(node.moduleSpecifier)[0] ?? '')
  if (!isUsed(node) || node.text !== 'process') return false
  const { parent } = node
  return !ts.isPropertyAccessExpression(parent) || parent.name.text === 'env'
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
  // `declare global` says what is there, and does nothing.
  (statement: ts.Statement) => ts.isModuleDeclaration(statement) && isAmbient(statement),
]

function isAmbient({ modifiers }: ts.ModuleDeclaration): boolean {
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false
}

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
