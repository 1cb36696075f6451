import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scene } from './scene.ts'

/** Why no file system can be mounted here; nothing when it can: it takes root, and the rights of an own kernel. */
export function unlessMounts(): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', place]).status === 0
  if (mounted) spawnSync('umount', [place])
  rmdirSync(place)
  return mounted ? undefined : 'no file system can be mounted here'
}

/** Mounts a small memory file system over the home of a scene. */
export function mount(scene: Scene, options: string): void {
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', scene.home])
  scene.onClose(() => spawnSync('umount', ['-l', scene.home]))
}

/** Mounts a directory over the home of a scene, and deletes it: the home is there, and nothing can be made in it. */
export function mountDeleted(scene: Scene): void {
  const source = join(scene.root, 'source')
  mkdirSync(source)
  spawnSync('mount', ['--bind', source, scene.home])
  scene.onClose(() => spawnSync('umount', ['-l', scene.home]))
  rmdirSync(source)
}

/** Writes a file until the disk is full. */
export function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4_096))
  } catch {
    // Full, as it should be.
  } finally {
    closeSync(file)
  }
}
