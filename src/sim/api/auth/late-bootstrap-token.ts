import { lateCode } from '../../engine/late-code'
import type { ApiServer, User } from '../hooks'

/** Bootstrap tokens: a cluster has none before somebody makes one. */
export const lateBootstrapToken = lateCode<(text: string, server: ApiServer) => User | undefined>('bootstrap tokens')
