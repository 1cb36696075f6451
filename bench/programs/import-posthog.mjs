import 'posthog-node'
