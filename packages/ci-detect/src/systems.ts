/** A variable that isn't empty, or one whose value matches. */
export type Sign = string | { readonly name: string; readonly value: RegExp }

/** A place where programs run without a person, or a person's workspace that looks like one. */
export interface System {
  readonly name: string
  readonly kind: 'ci' | 'serverless' | 'workspace' | 'container'
  /** Environment variables; each alone is a sign of the system. */
  readonly variables?: readonly Sign[]
  /** If one of these is found, the variables don't count: the vendor's own tools set it on a person's machine. */
  readonly unless?: readonly Sign[]
  /** Files or directories; each alone is a sign of the system. */
  readonly paths?: readonly string[]
}

/** Every system that is known. The first one found gives its name, so a row stands above what it runs on. */
export const SYSTEMS: readonly System[] = [
  // CI systems. Each variable is set by the system itself for every job, unless the row says otherwise.
  // Above GitHub Actions, whose variables they set too; newer runners of Forgejo set Gitea's as well.
  { name: 'Forgejo Actions', kind: 'ci', variables: ['FORGEJO_ACTIONS'] },
  { name: 'Gitea Actions', kind: 'ci', variables: ['GITEA_ACTIONS'] },
  { name: 'GitHub Actions', kind: 'ci', variables: ['GITHUB_ACTIONS'] },
  { name: 'GitLab CI', kind: 'ci', variables: ['GITLAB_CI'] },
  { name: 'CircleCI', kind: 'ci', variables: ['CIRCLECI'] },
  // JENKINS_URL only if the administrator gave Jenkins one; JENKINS_HOME on agents too.
  { name: 'Jenkins', kind: 'ci', variables: ['JENKINS_URL', 'JENKINS_HOME'] },
  { name: 'Travis CI', kind: 'ci', variables: ['TRAVIS'] },
  // TF_BUILD from the time of Team Foundation Server; the other is the organization's address.
  { name: 'Azure DevOps', kind: 'ci', variables: ['TF_BUILD', 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI'] },
  { name: 'AWS CodeBuild', kind: 'ci', variables: ['CODEBUILD_BUILD_ID', 'CODEBUILD_BUILD_ARN'] },
  { name: 'Bitbucket Pipelines', kind: 'ci', variables: ['BITBUCKET_BUILD_NUMBER', 'BITBUCKET_COMMIT'] },
  // RWX was called Mint; its runs set both families.
  { name: 'Mint', kind: 'ci', variables: ['MINT'] },
  { name: 'RWX', kind: 'ci', variables: ['RWX', 'RWX_RUN_ID', 'RWX_TASK_ID'] },
  { name: 'TeamCity', kind: 'ci', variables: ['TEAMCITY_VERSION'] },
  { name: 'Buildkite', kind: 'ci', variables: ['BUILDKITE'] },
  // Above Drone, of which it is a fork: some of its plugins set Drone's variables too.
  { name: 'Woodpecker', kind: 'ci', variables: [{ name: 'CI', value: /^woodpecker$/i }] },
  // It grew out of Drone, and sets its variable.
  { name: 'Harness CI', kind: 'ci', variables: ['HARNESS_BUILD_ID'] },
  { name: 'Drone', kind: 'ci', variables: ['DRONE'] },
  { name: 'Semaphore', kind: 'ci', variables: ['SEMAPHORE'] },
  { name: 'AppVeyor', kind: 'ci', variables: ['APPVEYOR'] },
  { name: 'Wercker', kind: 'ci', variables: ['WERCKER', 'WERCKER_ROOT', 'WERCKER_MAIN_PIPELINE_STARTED'] },
  // Neither of these two sets `CI`.
  { name: 'Bamboo', kind: 'ci', variables: ['bamboo_planKey'] },
  { name: 'GoCD', kind: 'ci', variables: ['GO_PIPELINE_LABEL'] },
  // Builds and functions. `vercel dev` and `vercel env pull` set VERCEL too, with this value beside it.
  {
    name: 'Vercel',
    kind: 'ci',
    variables: ['VERCEL', 'NOW_BUILDER'],
    unless: [{ name: 'VERCEL_ENV', value: /^development$/ }],
  },
  // Builds; `netlify dev` and a local `netlify build` set the other two.
  { name: 'Netlify', kind: 'ci', variables: ['NETLIFY'], unless: ['NETLIFY_DEV', 'NETLIFY_LOCAL'] },

  // A person works here, in a container of their own. Above whatever else its variables and marker files say.
  { name: 'GitHub Codespaces', kind: 'workspace', variables: [{ name: 'CODESPACES', value: /^true$/i }] },
  // A prebuild has no person in it.
  {
    name: 'Gitpod',
    kind: 'workspace',
    variables: ['GITPOD_WORKSPACE_ID'],
    unless: [{ name: 'GITPOD_HEADLESS', value: /^true$/i }],
  },
  { name: 'Google Cloud Shell', kind: 'workspace', variables: [{ name: 'CLOUD_SHELL', value: /^true$/i }] },
  {
    name: 'AWS CloudShell',
    kind: 'workspace',
    variables: [{ name: 'AWS_EXECUTION_ENV', value: /^CloudShell$/i }],
  },

  // Serverless hosts.
  // Above Cloud Run, on which its second generation runs.
  { name: 'Google Cloud Functions', kind: 'serverless', variables: ['FUNCTION_TARGET'] },
  // Services (and Knative's own), and jobs.
  { name: 'Google Cloud Run', kind: 'serverless', variables: ['K_SERVICE', 'CLOUD_RUN_JOB'] },
  { name: 'Google App Engine', kind: 'serverless', variables: ['GAE_ENV'] },
  // Web apps and functions; the tools that run either on a person's machine don't set it.
  { name: 'Azure App Service', kind: 'serverless', variables: ['WEBSITE_INSTANCE_ID'] },
  // AWS_EXECUTION_ENV is set by AWS CloudShell too: only Lambda's value counts.
  {
    name: 'AWS Lambda',
    kind: 'serverless',
    variables: ['AWS_LAMBDA_FUNCTION_NAME', { name: 'AWS_EXECUTION_ENV', value: /^AWS_Lambda/ }],
    unless: ['AWS_SAM_LOCAL'],
  },
  // The name of the dyno, in every dyno.
  { name: 'Heroku', kind: 'serverless', variables: ['DYNO'] },
  { name: 'Fly.io', kind: 'serverless', variables: ['FLY_APP_NAME', 'FLY_MACHINE_ID', 'FLY_ALLOC_ID'] },
  { name: 'Render', kind: 'serverless', variables: ['RENDER'] },

  // Containers. Kubernetes first: its pods may have the runtime's marker too.
  {
    name: 'Kubernetes',
    kind: 'container',
    variables: ['KUBERNETES_SERVICE_HOST'],
    // The kubelet mounts it, unless the pod asks for none.
    paths: ['/var/run/secrets/kubernetes.io/serviceaccount'],
  },
  // The agent's mark on tasks of both launch types.
  { name: 'Amazon ECS', kind: 'container', variables: [{ name: 'AWS_EXECUTION_ENV', value: /^AWS_ECS/ }] },
  // `container` says the runtime's name by systemd's convention; Flatpak sets it on desktops, so the value counts.
  {
    name: 'Podman',
    kind: 'container',
    variables: [{ name: 'container', value: /^podman$/i }],
    paths: ['/run/.containerenv'],
  },
  // The daemon creates it at the root of every container.
  {
    name: 'Docker',
    kind: 'container',
    variables: [{ name: 'container', value: /^docker$/i }],
    paths: ['/.dockerenv'],
  },

  // What CI systems set by habit, for those that no row names. Last: it says nothing about which one.
  {
    name: 'CI',
    kind: 'ci',
    variables: ['CI', 'CONTINUOUS_INTEGRATION', 'CI_NAME', 'BUILD_NUMBER', 'BUILD_ID'],
  },
]
