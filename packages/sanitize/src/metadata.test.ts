import { describe, expect, test } from 'vitest'
import {
  ARCHITECTURES,
  PLATFORM_VERSION_SHAPE,
  PLATFORMS,
  sanitizeArchitecture,
  sanitizePlatform,
  sanitizePlatformVersion,
  sanitizeVersion,
  VERSION_SHAPE,
} from './metadata.ts'

describe('versions', () => {
  test.each([
    ['three numbers', '1.2.3', '1.2.3'],
    ['a v', 'v20.20.2', '20.20.2'],
    ['five digits', '12345.12345.12345', '12345.12345.12345'],
    ['six digits', '123456.0.0', '<unknown>'],
    ['six digits in the middle', '0.123456.0', '<unknown>'],
    ['six digits at the end', '0.0.123456', '<unknown>'],
    ['a prerelease', '1.2.3-beta.4', '1.2.3-beta.4'],
    ['a prerelease without a number', '1.2.3-rc', '1.2.3-rc'],
    ['a prerelease without a dot', '1.2.3-alpha12', '1.2.3-alpha12'],
    ['a nightly', '1.2.3-nightly.20250131', '1.2.3-nightly.20250131'],
    ['a prerelease with nine digits', '1.2.3-dev.123456789', '<unknown>'],
    ['canary', '1.2.3-canary.0', '1.2.3-canary.0'],
    ['next', '1.2.3-next.0', '1.2.3-next.0'],
    ['pre', '1.2.3-pre', '1.2.3-pre'],
    ['preview', '1.2.3-preview.1', '1.2.3-preview.1'],
    ['build metadata', '1.2.3+jane', '1.2.3'],
    ['build metadata of a prerelease', '1.2.3-beta.4+jane+doe', '1.2.3-beta.4'],
    ['a prerelease that names somebody', '1.2.3-jane', '<unknown>'],
    ['a prerelease with more behind', '1.2.3-beta.4.jane', '<unknown>'],
    ['a prerelease with a word in place of its number', '1.2.3-beta.acme', '<unknown>'],
    ['a prerelease with a word that runs on', '1.2.3-rcacme', '<unknown>'],
    ['a final dot', '1.2.3-beta.', '<unknown>'],
    ['two numbers', '1.2', '<unknown>'],
    ['four numbers', '1.2.3.4', '<unknown>'],
    ['two v', 'vv1.2.3', '<unknown>'],
    ['a v at the end', '1.2.3v', '<unknown>'],
    ['a line break', '1.2.3\n', '<unknown>'],
    ['other digits', '١.٢.٣', '<unknown>'],
    ['nothing', '', '<unknown>'],
    ['only build metadata', '+1.2.3', '<unknown>'],
    ['megabytes of build metadata', `1.2.3+${'+'.repeat(5_000_000)}`, '1.2.3'],
    ['no string', 5 as never, '<unknown>'],
    ['undefined', undefined as never, '<unknown>'],
  ])('%s', (_says, version, sanitized) => {
    expect(sanitizeVersion(version)).toBe(sanitized)
    expect(sanitized).toMatch(VERSION_SHAPE)
  })

  test.each(['', 'x1.2.3', '1.2.3x', '<unknown>x', 'x<unknown>', '1.2.3-jane', 'v1.2.3', '1.2.3+x'])(
    '%j does not have the shape',
    (text) => {
      expect(text).not.toMatch(VERSION_SHAPE)
    },
  )
})

describe('platforms', () => {
  test.each([
    ['aix', 'aix'],
    ['android', 'android'],
    ['darwin', 'darwin'],
    ['freebsd', 'freebsd'],
    ['linux', 'linux'],
    ['netbsd', 'netbsd'],
    ['openbsd', 'openbsd'],
    ['sunos', 'sunos'],
    ['win32', 'windows'],
    ['other', 'other'],
    ['jane', 'other'],
    ['Linux', 'other'],
    ['', 'other'],
    ['constructor', 'other'],
    ['__proto__', 'other'],
  ])('%s is %s', (platform, sanitized) => {
    expect(sanitizePlatform(platform)).toBe(sanitized)
    expect(PLATFORMS).toContain(sanitized)
  })
})

describe('platform versions', () => {
  test.each([
    ['macOS', '24.1.0', '24.1.0'],
    ['Windows', '10.0.22631', '10.0.22631'],
    ['WSL', '5.15.153.1-microsoft-standard-WSL2', '5.15.153.1'],
    ['a kernel with a suffix', '6.8.0-corp-secret', '6.8.0'],
    ['a suffix without a dash', '6.8.0jane', '6.8.0'],
    ['one number', '14', '14'],
    ['five numbers', '1.2.3.4.5', '1.2.3.4'],
    ['a final dot', '6.8.', '6.8'],
    ['five digits', '12345.12345', '12345.12345'],
    ['six digits', '123456.1', '<unknown>'],
    ['six digits in the middle', '6.123456.1', '6'],
    ['a line break', '6.8\n', '6.8'],
    ['a word', 'jane', '<unknown>'],
    ['a word first', 'jane-6.8', '<unknown>'],
    ['nothing', '', '<unknown>'],
    ['megabytes of digits', '1'.repeat(5_000_000), '<unknown>'],
    ['no string', 5 as never, '<unknown>'],
    ['undefined', undefined as never, '<unknown>'],
  ])('%s', (_says, release, sanitized) => {
    expect(sanitizePlatformVersion(release)).toBe(sanitized)
    expect(sanitized).toMatch(PLATFORM_VERSION_SHAPE)
  })

  test.each([
    '',
    '6.8.0-jane',
    'x6',
    '1.2.3.4.5',
    '123456',
    '1.123456',
    '6.',
    '.6',
    '<unknown>x',
    'x<unknown>',
  ])('%j does not have the shape', (text) => {
    expect(text).not.toMatch(PLATFORM_VERSION_SHAPE)
  })
})

describe('architectures', () => {
  test.each([
    ['arm', 'arm'],
    ['arm64', 'arm64'],
    ['ia32', 'i386'],
    ['loong64', 'loong64'],
    ['mips', 'mips'],
    ['mipsel', 'mipsel'],
    ['ppc', 'ppc'],
    ['ppc64', 'ppc64'],
    ['riscv64', 'riscv64'],
    ['s390x', 's390x'],
    ['x64', 'x86_64'],
    ['other', 'other'],
    ['jane', 'other'],
    ['', 'other'],
    ['constructor', 'other'],
  ])('%s is %s', (architecture, sanitized) => {
    expect(sanitizeArchitecture(architecture)).toBe(sanitized)
    expect(ARCHITECTURES).toContain(sanitized)
  })
})
