/**
 * Opens an address in the person's browser, if there is a screen to show it on. False when there is none, or when no
 * browser was found. Never rejects.
 */
export async function openBrowser(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  if (!hasScreen(env, process.platform)) return false
  try {
    const { default: open } = await import('open')
    await open(url)
    return true
  } catch {
    // The address was printed: a person can open it.
    return false
  }
}

/** Over SSH a browser would open on a screen that the person does not sit at; without a display it can't open. */
export function hasScreen(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): boolean {
  const display = env.DISPLAY || env.WAYLAND_DISPLAY
  // An editor that works on another machine sets BROWSER to something that opens pages where the person sits.
  if (platform === 'linux' || platform.endsWith('bsd'))
    return Boolean(display || env.WSL_DISTRO_NAME || env.BROWSER)
  return Boolean(display) || !(env.SSH_CONNECTION || env.SSH_TTY)
}
