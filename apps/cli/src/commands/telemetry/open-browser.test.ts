import { expect, test } from 'vitest'
import { hasScreen } from './open-browser.ts'

test.each([
  ['a desktop on Linux', { DISPLAY: ':0' }, 'linux', true],
  ['Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
  ['a server without a screen', {}, 'linux', false],
  ['a server, over SSH', { SSH_CONNECTION: '…' }, 'linux', false],
  ['an editor that works on another machine', { SSH_CONNECTION: '…', BROWSER: 'open-here' }, 'linux', true],
  ['Windows, with Linux inside', { WSL_DISTRO_NAME: 'Debian' }, 'linux', true],
  ['a Mac', {}, 'darwin', true],
  ['a Mac, over SSH', { SSH_TTY: '/dev/ttys001' }, 'darwin', false],
  ['Windows', {}, 'win32', true],
] as const)('a page opens in a browser where there is a screen: %s', (_where, env, platform, expected) => {
  expect(hasScreen(env, platform)).toBe(expected)
})
