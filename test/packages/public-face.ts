import ts from 'typescript'

/** A way into a package, such as `.` or `./server`, and the file with its types. */
export interface Entry {
  readonly path: string
  readonly types: string
}

/**
 * What a package shows its users, as Markdown: for each entry the declarations of what it exports, without
 * their comments, and below them those that the exported ones speak of. What comes from another package is
 * named, with the package that it comes from.
 * @param home the package's directory, without a link in its path
 */
export function renderPublicFace(name: string, home: string, entries: readonly Entry[]): string {
  const program = ts.createProgram({
    rootNames: entries.map(({ types }) => types),
    options: {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      types: [],
    },
  })
  const face = createFace(program.getTypeChecker(), home)
  const sections = entries.map(({ path, types }) => {
    const title = path === '.' ? name : `${name}${path.slice(1)}`
    return `## \`${title}\`\n\n${face(program.getSourceFile(types))}\n`
  })
  const note = 'A test compares this with the built types: a change here is a change for users.'
  return `# What ${name} exports\n\n${note}\n\n${sections.join('\n')}`
}

function createFace(checker: ts.TypeChecker, home: string): (source: ts.SourceFile | undefined) => string {
  const original = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const isOwn = (symbol: ts.Symbol) => fileOf(symbol).startsWith(`${home}/dist/`)

  /** Collects what a symbol's declarations speak of, as far as the same package declares it. */
  const follow = (symbol: ts.Symbol, found: Set<ts.Symbol>): void => {
    if (found.has(symbol) || !isOwn(symbol) || !isTopLevel(symbol)) return
    found.add(symbol)
    const visit = (node: ts.Node): void => {
      const named = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined
      if (named) follow(original(named), found)
      ts.forEachChild(node, visit)
    }
    for (const declaration of symbol.declarations ?? []) visit(declaration)
  }

  return (source) => {
    const module = source && checker.getSymbolAtLocation(source)
    const exported = module ? checker.getExportsOfModule(module) : []
    if (exported.length === 0) return 'Nothing.'
    const names = new Map(exported.map((symbol) => [original(symbol), symbol.name]))
    const behind = new Set<ts.Symbol>()
    for (const symbol of names.keys()) follow(symbol, behind)
    const shown = [...names].map(([symbol, name]) =>
      isOwn(symbol) ? render(symbol) : `${name} // from ${packageOf(symbol)}`,
    )
    const hidden = [...behind].filter((symbol) => !names.has(symbol)).map(render)
    return fence(shown) + (hidden.length > 0 ? `\n\nBehind these:\n\n${fence(hidden)}` : '')
  }
}

function fileOf(symbol: ts.Symbol): string {
  return symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
}

function isTopLevel(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => ts.isSourceFile(statementOf(declaration).parent))
}

function packageOf(symbol: ts.Symbol): string {
  const [, foreign] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(fileOf(symbol)) ?? []
  const [, sibling] = /\/(?:packages|apps)\/([a-z-]+)\/dist\//.exec(fileOf(symbol)) ?? []
  return foreign ?? `@visivo/${sibling}`
}

function render(symbol: ts.Symbol): string {
  const printer = ts.createPrinter({ removeComments: true })
  const texts = (symbol.declarations ?? []).map((declaration) => {
    const statement = statementOf(declaration)
    return printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile())
  })
  return texts.join('\n').replace(/^(export )?(declare )?/, '')
}

/** A variable's declaration is two levels below the statement that says `const`. */
function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
}

function fence(texts: readonly string[]): string {
  return `\`\`\`ts\n${texts.toSorted().join('\n')}\n\`\`\``
}
