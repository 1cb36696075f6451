/** Everything that carries a tool's name. Made by `defineProduct`. */
export interface Product {
  /** The tool's name, `visivo`. */
  readonly name: string
  /** What its environment variables start with, `VISIVO` (as in `VISIVO_TELEMETRY_DISABLED`). */
  readonly envPrefix: string
  /** Its directory in the home directory, `.visivo`: made where it is missing, but nothing above it. */
  readonly directoryName: string
  /** The person's configuration in that directory, `config.yml`. */
  readonly configFile: string
  /** The project's configuration in the project's directory, `project.visivo.yml`. */
  readonly projectFile: string
  /** The public salt of project hashes, `visivo-telemetry-v1`. */
  readonly salt: string
  /** The event property that holds the tool's version, `visivo_version`. */
  readonly versionProperty: string
  /** Where a release build sends to, unless the environment says otherwise. Without a key nothing is sent. */
  readonly posthog?: { readonly host?: string; readonly apiKey?: string }
}

/** The variables that opt out: the product's own, and the one that many tools share. */
export function switchVariables({ envPrefix }: Product): readonly [own: string, shared: string] {
  return [`${envPrefix}_TELEMETRY_DISABLED`, 'DO_NOT_TRACK']
}

/** What `defineProduct` takes: a tool's name, and whatever should differ from what the name gives. */
export type ProductOptions = Pick<Product, 'name'> & {
  readonly [K in Exclude<keyof Product, 'name'>]?: Product[K] | undefined
}

const NAME = /^[a-z][a-z0-9-]{0,30}$/

/**
 * Makes a product from its name; whatever else is given replaces what the name would give. `undefined`, as from a
 * variable that isn't set, counts as not given. Throws an `Error` if the name is not 1 to 31 lower-case letters, digits
 * and dashes, starting with a letter.
 */
export function defineProduct(options: ProductOptions): Product {
  // A program without types may hand over the name alone, or one that its manifest doesn't have.
  const name: unknown = options?.name
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new Error(
      'The name of a product is 1 to 31 lower-case letters, digits and dashes, and starts with a letter',
    )
  }
  const snake = name.replaceAll('-', '_')
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return {
    name,
    envPrefix: snake.toUpperCase(),
    directoryName: `.${name}`,
    configFile: 'config.yml',
    projectFile: `project.${name}.yml`,
    salt: `${name}-telemetry-v1`,
    versionProperty: `${snake}_version`,
    ...Object.fromEntries(given),
  }
}

/** Visivo itself. */
export const visivo: Product = /* @__PURE__ */ defineProduct({ name: 'visivo' })
