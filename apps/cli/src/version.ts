import { readFileSync } from 'node:fs'

/** The version in package.json, which stands one directory above both the sources and the build. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const isManifest = (value: unknown): value is { readonly version: string } =>
    typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string'
  return isManifest(manifest) ? manifest.version : 'unknown'
}
