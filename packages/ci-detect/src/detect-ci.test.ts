import fs, { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Detection, detectCi, SYSTEMS } from './index.ts'

type Env = Readonly<Record<string, string | undefined>>

const NOWHERE: Detection = { ci: false, container: false }
const nothing = () => false
const only =
  (...paths: readonly string[]) =>
  (path: string) =>
    paths.includes(path)

const DOCKER = '/.dockerenv'
const PODMAN = '/run/.containerenv'
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

test('a person on their own machine', () => {
  const env = { HOME: '/home/jane', PATH: '/bin', TERM: 'xterm', container: 'flatpak' }
  expect(detectCi({ env, exists: nothing })).toEqual(NOWHERE)
})

describe('CI systems', () => {
  test.each<[string, Env]>([
    ['GitHub Actions', { GITHUB_ACTIONS: 'true' }],
    ['Gitea Actions', { GITEA_ACTIONS: 'true', GITHUB_ACTIONS: 'true', CI: 'true' }],
    ['Forgejo Actions', { FORGEJO_ACTIONS: 'true', GITEA_ACTIONS: 'true', GITHUB_ACTIONS: 'true' }],
    ['GitLab CI', { GITLAB_CI: 'true' }],
    ['CircleCI', { CIRCLECI: 'true' }],
    ['Jenkins', { JENKINS_URL: 'https://jenkins.example' }],
    ['Jenkins', { JENKINS_HOME: '/var/jenkins' }],
    ['Travis CI', { TRAVIS: 'true' }],
    ['Azure DevOps', { TF_BUILD: 'True' }],
    ['Azure DevOps', { SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: 'https://dev.azure.com/x' }],
    ['AWS CodeBuild', { CODEBUILD_BUILD_ID: 'x:1' }],
    ['AWS CodeBuild', { CODEBUILD_BUILD_ARN: 'arn:aws:codebuild:x' }],
    ['Bitbucket Pipelines', { BITBUCKET_BUILD_NUMBER: '1' }],
    ['Bitbucket Pipelines', { BITBUCKET_COMMIT: '7f777ed' }],
    ['Mint', { MINT: 'true' }],
    ['Mint', { MINT: 'true', RWX: 'true' }],
    ['RWX', { RWX: 'true' }],
    ['RWX', { RWX_RUN_ID: '1' }],
    ['RWX', { RWX_TASK_ID: '1' }],
    ['TeamCity', { TEAMCITY_VERSION: '2024.12' }],
    ['Buildkite', { BUILDKITE: 'true' }],
    ['Woodpecker', { CI: 'woodpecker' }],
    ['Woodpecker', { CI: 'Woodpecker' }],
    ['Woodpecker', { CI: 'woodpecker', DRONE: 'true' }],
    ['Drone', { DRONE: 'true' }],
    ['Harness CI', { HARNESS_BUILD_ID: '7', DRONE: 'true', CI: 'true' }],
    ['Semaphore', { SEMAPHORE: 'true' }],
    ['AppVeyor', { APPVEYOR: 'True' }],
    ['Wercker', { WERCKER: 'true' }],
    ['Wercker', { WERCKER_ROOT: '/x' }],
    ['Wercker', { WERCKER_MAIN_PIPELINE_STARTED: '1' }],
    ['Bamboo', { bamboo_planKey: 'BAM-MAIN', bamboo_buildNumber: '7' }],
    ['GoCD', { GO_PIPELINE_LABEL: '7', GO_SERVER_URL: 'https://gocd.example/go' }],
    ['Vercel', { VERCEL: '1' }],
    ['Vercel', { NOW_BUILDER: '1' }],
    ['Vercel', { VERCEL: '1', VERCEL_ENV: 'preview' }],
    ['Netlify', { NETLIFY: 'true' }],
    ['CI', { CI: 'true' }],
    ['CI', { CI: '1' }],
    ['CI', { CI: 'woodpeckers' }],
    ['CI', { CONTINUOUS_INTEGRATION: 'true' }],
    ['CI', { CI_NAME: 'codeship' }],
    ['CI', { BUILD_NUMBER: '7' }],
    ['CI', { BUILD_ID: '7' }],
    ['GitHub Actions', { CI: 'true', GITHUB_ACTIONS: 'true', BUILD_NUMBER: '7' }],
  ])('%s: %o', (name, env) => {
    expect(detectCi({ env, exists: nothing })).toEqual({ ci: true, container: false, name })
  })
})

describe('serverless hosts', () => {
  test.each<[string, Env]>([
    ['Google Cloud Functions', { FUNCTION_TARGET: 'main' }],
    ['Google Cloud Functions', { FUNCTION_TARGET: 'main', K_SERVICE: 'x' }],
    ['Google Cloud Run', { K_SERVICE: 'x' }],
    ['Google Cloud Run', { CLOUD_RUN_JOB: 'x' }],
    ['Google App Engine', { GAE_ENV: 'standard' }],
    ['Azure App Service', { WEBSITE_INSTANCE_ID: 'x', FUNCTIONS_WORKER_RUNTIME: 'node' }],
    ['AWS Lambda', { AWS_LAMBDA_FUNCTION_NAME: 'x' }],
    ['AWS Lambda', { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' }],
    ['AWS Lambda', { AWS_EXECUTION_ENV: 'AWS_Lambda_python3.13' }],
    ['Heroku', { DYNO: 'web.1' }],
    ['Fly.io', { FLY_APP_NAME: 'x' }],
    ['Fly.io', { FLY_MACHINE_ID: 'x' }],
    ['Fly.io', { FLY_ALLOC_ID: 'x' }],
    ['Render', { RENDER: 'true' }],
  ])('%s: %o', (name, env) => {
    expect(detectCi({ env, exists: nothing })).toEqual({ ci: true, container: false, name })
  })
})

describe('containers', () => {
  test.each<[string, Env, readonly string[]]>([
    ['Docker', {}, [DOCKER]],
    ['Docker', { container: 'docker' }, []],
    ['Docker', { container: 'Docker' }, []],
    ['Podman', {}, [PODMAN]],
    ['Podman', { container: 'podman' }, []],
    ['Podman', { container: 'Podman' }, [DOCKER]],
    ['Kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, []],
    ['Kubernetes', {}, [SERVICE_ACCOUNT]],
    ['Kubernetes', {}, [SERVICE_ACCOUNT, DOCKER]],
    ['Amazon ECS', { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' }, []],
    ['Amazon ECS', { AWS_EXECUTION_ENV: 'AWS_ECS_EC2' }, []],
    ['Docker', { CI: 'true' }, [DOCKER]],
    ['GitLab CI', { GITLAB_CI: 'true' }, [DOCKER]],
    ['Render', { RENDER: 'true', KUBERNETES_SERVICE_HOST: '10.0.0.1' }, []],
  ])('%s: %o %j', (name, env, paths) => {
    expect(detectCi({ env, exists: only(...paths) })).toEqual({ ci: true, container: true, name })
  })
})

describe('Codespaces is judged for itself', () => {
  const name = 'GitHub Codespaces'

  test.each<[string, Env, Detection]>([
    ['a person works there', { CODESPACES: 'true' }, { ci: false, container: true, name }],
    ['in another spelling', { CODESPACES: 'True' }, { ci: false, container: true, name }],
    [
      'in a cluster',
      { CODESPACES: 'true', KUBERNETES_SERVICE_HOST: 'x' },
      { ci: false, container: true, name },
    ],
    ['deploying from it', { CODESPACES: 'true', FLY_APP_NAME: 'x' }, { ci: false, container: true, name }],
    ['CI says otherwise', { CODESPACES: 'true', CI: 'true' }, { ci: true, container: true, name }],
    [
      'a system says otherwise',
      { CODESPACES: 'true', GITHUB_ACTIONS: 'true' },
      { ci: true, container: true, name: 'GitHub Actions' },
    ],
    ['it says that it is none', { CODESPACES: 'false' }, { ci: true, container: true, name: 'Docker' }],
  ])('%s', (_says, env, detection) => {
    expect(detectCi({ env, exists: only(DOCKER) })).toEqual(detection)
  })
})

test.each<[string, Env]>([
  ['Gitpod', { GITPOD_WORKSPACE_ID: 'x' }],
  ['Gitpod', { GITPOD_WORKSPACE_ID: 'x', GITPOD_HEADLESS: 'false' }],
  ['Google Cloud Shell', { CLOUD_SHELL: 'true' }],
  ['AWS CloudShell', { AWS_EXECUTION_ENV: 'CloudShell' }],
])('a person works in %s, whatever marks of a container are there', (name, env) => {
  for (const exists of [nothing, only(DOCKER), only(SERVICE_ACCOUNT)])
    expect(detectCi({ env, exists })).toEqual({ ci: false, container: true, name })
  expect(detectCi({ env: { ...env, CI: 'true' }, exists: nothing })).toMatchObject({ ci: true })
})

test('nobody works in what Gitpod builds before somebody comes', () => {
  const env = { GITPOD_WORKSPACE_ID: 'x', GITPOD_HEADLESS: 'true' }
  expect(detectCi({ env, exists: only(DOCKER) })).toMatchObject({ ci: true })
})

describe("vendors' tools on a person's machine", () => {
  test.each<[string, Env]>([
    ['vercel dev', { VERCEL: '1', VERCEL_ENV: 'development' }],
    ['netlify dev', { NETLIFY: 'true', NETLIFY_DEV: 'true' }],
    ['a local netlify build', { NETLIFY: 'true', NETLIFY_LOCAL: 'true' }],
    [
      'the tools of Azure Functions',
      { FUNCTIONS_WORKER_RUNTIME: 'node', WEBSITE_HOSTNAME: 'localhost:7071' },
    ],
    ['no shell in the cloud, as its variable says', { CLOUD_SHELL: 'false' }],
    ['AWS SAM', { AWS_LAMBDA_FUNCTION_NAME: 'x', AWS_SAM_LOCAL: 'true' }],
  ])('%s', (_says, env) => {
    expect(detectCi({ env, exists: nothing })).toEqual(NOWHERE)
  })
})

describe('CI=false is a person’s word', () => {
  const everything = {
    ...Object.fromEntries(
      SYSTEMS.flatMap(({ variables = [] }) =>
        variables.map((sign) => [typeof sign === 'string' ? sign : sign.name, 'true']),
      ),
    ),
    container: 'podman',
  }

  test.each(['false', '0', 'False', 'FALSE', ' false\n', '\t0 '])('%j wins over every other sign', (CI) => {
    expect(detectCi({ env: { ...everything, CI }, exists: () => true })).toEqual(NOWHERE)
  })

  test.each(['true', '1', 'no', 'off', '00', 'falsey'])('%j does not', (CI) => {
    expect(detectCi({ env: { CI }, exists: nothing })).toEqual({ ci: true, container: false, name: 'CI' })
  })

  test.each(['', ' ', '\n', undefined])('%j says nothing', (CI) => {
    expect(detectCi({ env: { CI }, exists: nothing })).toEqual(NOWHERE)
    expect(detectCi({ env: { CI }, exists: only(DOCKER) })).toEqual({
      ci: true,
      container: true,
      name: 'Docker',
    })
  })
})

test('variables that are empty are not set', () => {
  const names = SYSTEMS.flatMap(({ variables = [] }) =>
    variables.map((sign) => (typeof sign === 'string' ? sign : sign.name)),
  )
  for (const empty of ['', ' ', '\n']) {
    expect(
      detectCi({ env: Object.fromEntries(names.map((name) => [name, empty])), exists: nothing }),
    ).toEqual(NOWHERE)
  }
})

describe('the process and its file system by default', () => {
  const root = mkdtempSync(join(tmpdir(), 'ci-detect-'))
  afterAll(() => rmSync(root, { recursive: true }))

  test('the environment is the process’s', () => {
    expect(detectCi({ exists: nothing })).toEqual(detectCi({ env: { ...process.env }, exists: nothing }))
    expect(typeof detectCi().ci).toBe('boolean')
  })

  test('nobody has to say where to look: a job of CI is found by its environment, a container by its file', () => {
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('CI', 'true')
    expect(detectCi({ exists: nothing })).toMatchObject({ ci: true })
    const { existsSync } = fs
    onTestFinished(() => {
      fs.existsSync = existsSync
      syncBuiltinESMExports()
    })
    fs.existsSync = only(DOCKER) as typeof existsSync
    syncBuiltinESMExports()
    expect(detectCi({ env: {} })).toEqual({ ci: true, container: true, name: 'Docker' })
  })

  test('files and directories are looked for', async () => {
    const { existsSync } = await import('node:fs')
    mkdirSync(join(root, SERVICE_ACCOUNT), { recursive: true })
    const exists = (path: string) => existsSync(join(root, path))
    expect(detectCi({ env: {}, exists })).toEqual({ ci: true, container: true, name: 'Kubernetes' })
    writeFileSync(join(root, DOCKER), '')
    expect(detectCi({ env: { GITLAB_CI: '1' }, exists })).toEqual({
      ci: true,
      container: true,
      name: 'GitLab CI',
    })
  })
})

describe('it never throws', () => {
  const refuse = (): never => {
    throw new Error('refused')
  }

  test('a file system that refuses', () => {
    expect(detectCi({ env: {}, exists: refuse })).toEqual(NOWHERE)
    expect(detectCi({ env: { TRAVIS: 'true' }, exists: refuse })).toEqual({
      ci: true,
      container: false,
      name: 'Travis CI',
    })
  })

  test('null in place of where to look is this process', () => {
    expect(detectCi(null as never)).toEqual(detectCi())
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['an empty object', Object.create(null)],
    ['values that are no text', { CI: 0, GITHUB_ACTIONS: true, TRAVIS: {}, DRONE: Symbol('x') }],
    ['a proxy that refuses', new Proxy({}, { get: refuse })],
  ])('an environment that is %s', (_says, env) => {
    expect(detectCi({ env: env as Env, exists: nothing })).toEqual(NOWHERE)
  })

  test('any environment', () => {
    const variable = fc.constantFrom('CI', 'CODESPACES', 'container', 'GITHUB_ACTIONS', 'DYNO', '__proto__')
    fc.assert(
      fc.property(fc.dictionary(variable, fc.string({ unit: 'binary' })), fc.boolean(), (env, exists) => {
        const { ci, container, name } = detectCi({ env, exists: () => exists })
        expect(name === undefined).toBe(!ci && !container)
      }),
      { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 2_000) },
    )
  })
})
