export { digest16 } from './digest.ts'
export { PROJECT_SALT, projectHash } from './project-hash.ts'
