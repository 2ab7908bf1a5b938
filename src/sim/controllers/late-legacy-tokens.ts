import { lateCode } from '../engine/late-code'
import { periodically, type Environment } from './component'

/** The round of the cleaner: no cluster has old tokens before the first prompt. */
export const lateLegacyTokens = lateCode<(environment: Environment) => void>('the cleaner of old tokens')

const DAY_MS = 86_400_000

/** Looks every day for tokens of service accounts, kept in Secrets, that nobody has used for a year. */
export const legacyTokenCleaner = periodically('legacy-service-account-token-cleaner', DAY_MS, (environment) =>
  lateLegacyTokens.code(environment),
)
