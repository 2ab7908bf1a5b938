import type { Environment, Optional } from '@marcbachmann/cel-js'
import { lateCode } from '../../engine/late-code'

/** The CEL interpreter. What expressions stand in (policies, webhooks' match conditions, custom resources' rules) exists only after somebody's kubectl. */
export const celLibrary = lateCode<{ readonly Environment: typeof Environment; readonly Optional: typeof Optional }>('CEL')
